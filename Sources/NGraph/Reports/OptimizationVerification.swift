internal import Models

/// Runs a model and what an optimization made of it on the same random inputs, and compares the outputs.
///
/// Neither is optimized again, so that what is compared is what the files say. Free dimensions that no
/// shape fixes get small sizes: 2 for the first axis, and for others the first of 2, 16 and 64 with which
/// the original runs, else 1 everywhere.
package struct OptimizationVerification: Sendable {
  /// The largest deviation that passes, relative to an output's largest magnitude.
  package static let tolerance: Double = 1e-4
  private static let sizes: [(first: Int, other: Int)] = [(2, 2), (2, 16), (2, 64), (1, 1)]
  private static let seed: UInt64 = 1

  /// The inputs with the shapes that they had.
  package let inputs: [(name: String, shape: [Int])]
  /// One for each output.
  package let comparisons: [OutputComparison]

  package var passes: Bool { comparisons.allSatisfy { $0.passes(Self.tolerance) } }

  init(_ original: Model, _ optimized: Model, path: String, shapes: [String: [Int]]) throws(NGraphError) {
    let options = InferenceSession.Options(optimizes: false)
    let reference = try InferenceSession(original, path: path, options: options)
    let (values, expected) = try Self.run(reference, shapes)
    let session = try InferenceSession(optimized, path: nil, options: options)
    let found: [ModelValue] = try session.run(values: values)
    inputs = zip(reference.inputs, values).map { ($0.name, $1.array?.shape ?? []) }
    comparisons = reference.outputs.enumerated().map { index, output in
      OutputComparison(name: output.name, found: found[index], expected: expected[index])
    }
  }

  private static func run(_ session: InferenceSession, _ shapes: [String: [Int]]) throws(NGraphError)
    -> (inputs: [ModelValue], outputs: [ModelValue])
  {
    var first: NGraphError?
    for size in sizes {
      do throws(NGraphError) {
        let shapes: [String: [Int]] = try completed(shapes, session.inputs, size)
        let values: [ModelValue] = try InputFiles(
          arguments: [], shapes: shapes, filling: .random(seed: seed)
        ).read(for: session.inputs)
        return (values, try session.run(values: values))
      } catch {
        first = first ?? error
      }
    }
    throw first ?? NGraphError(.run, "invalidInput", "the model can't be run")
  }

  /// The shapes of all inputs, free dimensions of the same name alike.
  private static func completed(
    _ shapes: [String: [Int]], _ inputs: [ValueDescription], _ size: (first: Int, other: Int)
  ) throws(NGraphError) -> [String: [Int]] {
    var shapes: [String: [Int]] = shapes
    let given = InputShapes(shapes)
    var symbols: [String: Int] = try given.symbols(of: inputs)
    for input in inputs where shapes[input.name] == nil {
      shapes[input.name] = input.extents?.enumerated().map { axis, extent in
        let small: Int = axis == 0 ? size.first : size.other
        switch extent {
        case .known(let value): return value
        case .free: return small
        case .symbolic(let name):
          let value: Int = symbols[name] ?? small
          symbols[name] = value
          return value
        }
      }
    }
    return shapes
  }

  package var json: JSONValue {
    .object([
      ("passed", .bool(passes)), ("tolerance", .number(Self.tolerance)),
      ("inputs", .object(inputs.map { ($0.name, .array($0.shape.map { .integer($0) })) })),
      ("outputs", .array(comparisons.map(\.json))),
    ])
  }
}
