package import Graphs
package import Tensors

/// `Bernoulli`: 1 with the probability that the input's element says, else 0, in the input's type or `dtype`.
/// With a seed every run draws the same numbers, without one every run others.
///
/// ONNX operator set: Bernoulli-15 to 22.
package struct BernoulliOp: KernelOperator, NondeterministicOperator {
  private static let results: TypeSet = .numbers | [.bool]
  package static let schema = OperatorSchema(
    "Bernoulli", since: [15, 22], inputs: [Parameter("input", .floats)],
    outputs: [Parameter("output", results)], attributes: ["dtype", "seed"])

  package let elementType: ElementType?
  package let seedValue: Float?

  package init(_ node: inout NodeReader) throws(GraphError) {
    elementType = try node.outputType(Self.results)
    seedValue = try seed(node)
  }

  package var attributes: [Attribute] {
    (elementType.map { [Attribute("dtype", Int($0.rawValue))] } ?? [])
      + (seedValue.map { [Attribute("seed", $0)] } ?? [])
  }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    context.setOutput(0, elementType ?? context.elementType(0), context.dimensions(0))
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    let (input, output) = (context.input(0), context.output(0))
    guard let source = ElementCodec(input.elementType), let target = ElementCodec(output.elementType) else {
      throw context.unsupported(output.elementType)
    }
    let (slot, outSlot, count, seed) = (input.slot, output.slot, output.shape.count, seedValue)
    return Step { run in
      let random = RandomSource(seed: seed)
      let (from, to) = (UnsafeRawPointer(run.slots[slot]), run.slots[outSlot])
      run.forRanges(of: count, grain: 1 << 13) { range, _ in
        withUnsafeTemporaryAllocation(of: Double.self, capacity: ElementConversion.block) { buffer in
          guard let values = buffer.baseAddress else { return }
          var start: Int = range.lowerBound
          while start < range.upperBound {
            let length: Int = min(ElementConversion.block, range.upperBound &- start)
            source.readDoubles(from, start, length, values)
            for index in 0..<length {
              values[index] = random.uniform(start &+ index) < values[index] ? 1 : 0
            }
            target.writeDoubles(to, start, length, values)
            start &+= length
          }
        }
      }
    }
  }
}
