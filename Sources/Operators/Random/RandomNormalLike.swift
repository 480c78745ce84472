package import Graphs
package import Tensors

/// `RandomNormalLike`: a tensor of the input's shape and, unless `dtype` names another, type, drawn from
/// the normal distribution with the mean `mean` and the standard deviation `scale`. With a seed every run
/// draws the same numbers, without one every run others.
///
/// ONNX operator set: RandomNormalLike-1 to 22.
package struct RandomNormalLikeOp: KernelOperator, ValueOperator, NondeterministicOperator {
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

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    let type: ElementType? = elementType ?? context.elementType(0)
    if let type, !TypeSet.floats.contains(type) {
      throw context.error(.typeMismatch, "an input of \(type.name) needs the attribute 'dtype'")
    }
    context.setOutput(0, type, context.dimensions(0))
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    let (mean, scale) = (Double(self.mean), Double(self.scale))
    return try randomStep(context, seed: seedValue) { source, position in
      mean + scale * source.normal(position)
    }
  }

  /// For a tensor of strings, which lends its shape alone.
  package func evaluate(_ inputs: [Value?], _ context: EvaluationContext) throws(ExecutionError) -> [Value?] {
    guard let tensor = inputs[0]?.tensor, let elementType else {
      throw context.error(.invalidInput, "expected a tensor and the attribute 'dtype'")
    }
    let shaped = Tensor(elementType, tensor.shape, storage: Storage(byteCount: tensor.count * 8))
    return try context.evaluate(self, [.tensor(shaped)])
  }
}
