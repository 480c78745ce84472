package import Graphs
package import Tensors

/// `RandomNormalLike`: a tensor of the input's shape and, unless `dtype` names another, type, drawn from
/// the normal distribution with the mean `mean` and the standard deviation `scale`. With a seed every run
/// draws the same numbers, without one every run others.
///
/// ONNX operator set: RandomNormalLike-1 to 22.
package struct RandomNormalLikeOp: RandomLikeOperator {
  package static let schema = OperatorSchema(
    "RandomNormalLike", since: [1, 22],
    inputs: [Parameter("input", .numbers | .complex | [.bool, .string])],
    outputs: [Parameter("output", .floats)], attributes: ["dtype", "seed", "mean", "scale"])

  package let elementType: ElementType?
  package let seedValue: Float?
  package let mean: Float
  package let scale: Float

  package init(_ node: inout NodeReader) throws(GraphError) {
    elementType = try node.outputType(.floats)
    seedValue = try seed(node)
    mean = try node.float("mean") ?? 0
    scale = try node.float("scale") ?? 1
  }

  package var attributes: [Attribute] {
    [Attribute("mean", mean), Attribute("scale", scale)]
      + (elementType.map { [Attribute("dtype", Int($0.rawValue))] } ?? [])
      + (seedValue.map { [Attribute("seed", $0)] } ?? [])
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    let (mean, scale) = (Double(self.mean), Double(self.scale))
    return try randomStep(context, seed: seedValue) { source, position in
      mean + scale * source.normal(position)
    }
  }
}
