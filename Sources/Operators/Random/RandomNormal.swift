package import Graphs
package import Tensors

/// `RandomNormal`: a tensor of the given shape and type, drawn from the normal distribution with the mean
/// `mean` and the standard deviation `scale`. With a seed every run draws the same numbers, without one
/// every run others.
///
/// ONNX operator set: RandomNormal-1 to 22.
package struct RandomNormalOp: KernelOperator, NondeterministicOperator {
  package static let schema = OperatorSchema(
    "RandomNormal", since: [1, 22], inputs: [], outputs: [Parameter("output", .floats)],
    attributes: ["shape", "dtype", "seed", "mean", "scale"])

  package let shape: Shape
  package let elementType: ElementType
  package let seedValue: Float?
  package let mean: Float
  package let scale: Float

  package init(_ node: inout NodeReader) throws(GraphError) {
    shape = try node.outputShape()
    elementType = try node.outputType(.floats) ?? .float32
    seedValue = try seed(node)
    mean = try node.float("mean") ?? 0
    scale = try node.float("scale") ?? 1
  }

  package var attributes: [Attribute] {
    [
      Attribute("shape", shape.extents), Attribute("dtype", Int(elementType.rawValue)),
      Attribute("mean", mean), Attribute("scale", scale),
    ] + (seedValue.map { [Attribute("seed", $0)] } ?? [])
  }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    context.setOutput(0, type: .tensor(elementType, shape))
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    let (mean, scale) = (Double(self.mean), Double(self.scale))
    return try randomStep(context, seed: seedValue) { source, position in
      mean + scale * source.normal(position)
    }
  }
}
