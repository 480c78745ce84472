package import Graphs
package import Tensors

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// `Multinomial`: for every row of an input [batch, classes] of unnormalized log-probabilities,
/// `sample_size` classes drawn with those probabilities, as [batch, sample_size] of int32 or int64. With a
/// seed every run draws the same classes, without one every run others.
///
/// ONNX operator set: Multinomial-7 to 22.
package struct MultinomialOp: KernelOperator, NondeterministicOperator {
  package static let schema = OperatorSchema(
    "Multinomial", since: [7, 22], inputs: [Parameter("input", .floats)],
    outputs: [Parameter("output", .indices)], attributes: ["dtype", "sample_size", "seed"])

  package let elementType: ElementType
  package let sampleSize: Int
  package let seedValue: Float?

  package init(_ node: inout NodeReader) throws(GraphError) {
    elementType = try node.outputType(.indices) ?? .int32
    sampleSize = try node.int("sample_size") ?? 1
    seedValue = try seed(node)
    guard sampleSize >= 0 else {
      throw node.error(.invalidAttribute, "attribute 'sample_size' is negative: \(sampleSize)")
    }
  }

  package var attributes: [Attribute] {
    [Attribute("dtype", Int(elementType.rawValue)), Attribute("sample_size", sampleSize)]
      + (seedValue.map { [Attribute("seed", $0)] } ?? [])
  }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    guard let dimensions = context.dimensions(0) else {
      context.setOutput(0, elementType, [context.freshDimension(), Dimension(sampleSize)])
      return
    }
    guard dimensions.count == 2 else {
      throw context.error(.shapeMismatch, "expected an input of rank 2, found rank \(dimensions.count)")
    }
    if dimensions[1].value == 0, sampleSize > 0 {
      throw context.error(.shapeMismatch, "there is no class to draw from")
    }
    context.setOutput(0, elementType, [dimensions[0], Dimension(sampleSize)])
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    let (input, output) = (context.input(0), context.output(0))
    guard let source = ElementCodec(input.elementType), let target = ElementCodec(output.elementType) else {
      throw context.unsupported(input.elementType)
    }
    let (slot, outSlot, samples, seed) = (input.slot, output.slot, sampleSize, seedValue)
    let (batch, classes) = (input.shape[0], input.shape[1])
    guard classes > 0 else { return Step { _ in } }
    context.reserveScratch(classes * 8)
    return Step { run in
      let random = RandomSource(seed: seed)
      let (from, to) = (UnsafeRawPointer(run.slots[slot]), run.slots[outSlot])
      run.parallel(batch) { row, worker in
        let sums = run.scratch(worker).assumingMemoryBound(to: Double.self)
        source.readDoubles(from, row &* classes, classes, sums)
        Self.accumulate(sums, classes)
        for sample in 0..<samples {
          let position: Int = row &* samples &+ sample
          var chosen = Int64(Self.draw(sums, classes, random.uniform(position)))
          target.writeIntegers(to, position, 1, &chosen)
        }
      }
    }
  }

  /// Turns log-probabilities into running sums of probabilities, unnormalized.
  private static func accumulate(_ values: UnsafeMutablePointer<Double>, _ count: Int) {
    var greatest: Double = values[0]
    for index in 1..<max(count, 1) where values[index] > greatest { greatest = values[index] }
    var sum: Double = 0
    for index in 0..<count {
      let weight: Double = exp(values[index] - greatest)
      sum += weight > 0 ? weight : 0
      values[index] = sum
    }
  }

  /// The first class whose running sum is above `point` of the whole.
  private static func draw(_ sums: UnsafePointer<Double>, _ count: Int, _ point: Double) -> Int {
    let target: Double = point * sums[count - 1]
    var low: Int = 0
    var high: Int = count - 1
    while low < high {
      let middle: Int = (low + high) / 2
      if sums[middle] > target { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
