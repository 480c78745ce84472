internal import Execution
internal import Formats
internal import KernelInterface
internal import Planning

/// What a session's `precision` changes: how many products run so, and how far the outputs are from those of
/// f32 on the same inputs.
public struct PrecisionReport: Sendable {
  /// The deviation of one output.
  public struct Deviation: Sendable, Hashable {
    public var output: String
    /// The largest absolute difference, relative to the output's largest magnitude in f32; infinite where one
    /// of both is not a number and the other is.
    public var relative: Double
  }

  public let precision: InferenceSession.Precision
  /// The instructions that multiply, such as `AVX512_BF16`; nil where general ones stand in for them, or with
  /// `float32`.
  public let instructions: String?
  /// Products with weights that run in the precision.
  public let products: Int
  /// One for each output, in order.
  public let deviations: [Deviation]

  /// The largest deviation.
  public var largestDeviation: Double { deviations.reduce(0) { max($0, $1.relative) } }
}

extension InferenceSession {
  /// Compares the outputs for `arrays` (by the names of the inputs) with those of f32. It costs a run in each,
  /// and packs the weights for f32 anew.
  public func precisionReport(_ arrays: [String: NDArray]) throws(NGraphError) -> PrecisionReport {
    let values: [ModelValue] = try ordered(arrays.mapValues { .array($0) })
    return try precisionReport(values: values, results: try run(values: values))
  }

  /// The same for `values` that gave `results`; costs the run in f32 alone.
  package func precisionReport(values: [ModelValue], results: [ModelValue]) throws(NGraphError)
    -> PrecisionReport
  {
    let session: Session = try session()
    let products: Int
    do { products = try session.plan(values.map(\.value)).reducedProducts } catch { throw NGraphError(error) }
    let expected: [ModelValue]
    do {
      expected = try session.inFullPrecision.run(values.map(\.value), deadline: options.deadline)
        .map { ModelValue($0) }
    } catch { throw NGraphError(error) }
    let deviations: [PrecisionReport.Deviation] = outputs.indices.map { index in
      let comparison = OutputComparison(
        name: outputs[index].name, found: results[index], expected: expected[index])
      return PrecisionReport.Deviation(output: comparison.name, relative: comparison.passingTolerance)
    }
    return PrecisionReport(
      precision: options.precision, instructions: session.kernels.weightProducts?.instruction,
      products: products, deviations: deviations)
  }
}

extension PrecisionReport {
  /// A line for people.
  package var text: String {
    let means: String = instructions.map { " with \($0)" } ?? ""
    let worst: Deviation? = deviations.max { $0.relative < $1.relative }
    let which: String = deviations.count > 1 ? worst.map { " (output '\($0.output)')" } ?? "" : ""
    let error: String = NumberText.general(largestDeviation, digits: 3)
    return
      "precision \(precision.rawValue)\(means): \(products) product\(products == 1 ? "" : "s") of weights, "
      + "at most \(error) of the largest magnitude from f32\(which)"
  }

  package var json: JSONValue {
    .object([
      ("precision", .string(precision.rawValue)), ("instructions", JSONValue(instructions)),
      ("products", .integer(products)), ("largestDeviation", .number(largestDeviation)),
      (
        "deviations",
        .array(
          deviations.map { .object([("output", .string($0.output)), ("relative", .number($0.relative))]) })
      ),
    ])
  }
}
