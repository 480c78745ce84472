package import Graphs
package import Tensors

/// `RandomUniformLike`: a tensor of the input's shape and, unless `dtype` names another, type, drawn from
/// the uniform distribution on [`low`, `high`). With a seed every run draws the same numbers, without one
/// every run others.
///
/// ONNX operator set: RandomUniformLike-1 to 22.
package struct RandomUniformLikeOp: RandomLikeOperator {
  package static let schema = OperatorSchema(
    "RandomUniformLike", since: [1, 22],
    inputs: [Parameter("input", .numbers | .complex | [.bool, .string])],
    outputs: [Parameter("output", .floats)], attributes: ["dtype", "seed", "low", "high"])

  package let elementType: ElementType?
  package let seedValue: Float?
  package let low: Float
  package let high: Float

  package init(_ node: inout NodeReader) throws(GraphError) {
    elementType = try node.outputType(.floats)
    seedValue = try seed(node)
    low = try node.float("low") ?? 0
    high = try node.float("high") ?? 1
  }

  package var attributes: [Attribute] {
    [Attribute("low", low), Attribute("high", high)]
      + (elementType.map { [Attribute("dtype", Int($0.rawValue))] } ?? [])
      + (seedValue.map { [Attribute("seed", $0)] } ?? [])
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    let (low, high) = (Double(self.low), Double(self.high))
    return try randomStep(context, seed: seedValue) { source, position in
      low + (high - low) * source.uniform(position)
    }
  }
}
