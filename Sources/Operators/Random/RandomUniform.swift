package import Graphs
package import Tensors

/// `RandomUniform`: a tensor of the given shape and type, drawn from the uniform distribution on [`low`,
/// `high`). With a seed every run draws the same numbers, without one every run others.
///
/// ONNX operator set: RandomUniform-1 to 22.
package struct RandomUniformOp: KernelOperator, NondeterministicOperator {
  package static let schema = OperatorSchema(
    "RandomUniform", since: [1, 22], inputs: [], outputs: [Parameter("output", .floats)],
    attributes: ["shape", "dtype", "seed", "low", "high"])

  package let shape: Shape
  package let elementType: ElementType
  package let seedValue: Float?
  package let low: Float
  package let high: Float

  package init(_ node: inout NodeReader) throws(GraphError) {
    shape = try node.outputShape()
    elementType = try node.outputType(.floats) ?? .float32
    seedValue = try seed(node)
    low = try node.float("low") ?? 0
    high = try node.float("high") ?? 1
  }

  package var attributes: [Attribute] {
    [
      Attribute("shape", shape.extents), Attribute("dtype", Int(elementType.rawValue)),
      Attribute("low", low), Attribute("high", high),
    ] + (seedValue.map { [Attribute("seed", $0)] } ?? [])
  }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    context.setOutput(0, type: .tensor(elementType, shape))
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    let (low, high) = (Double(self.low), Double(self.high))
    return try randomStep(context, seed: seedValue) { source, position in
      low + (high - low) * source.uniform(position)
    }
  }
}
