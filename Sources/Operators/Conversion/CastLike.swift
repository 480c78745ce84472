package import Graphs
package import Tensors

/// `CastLike`: every element of the first input as the type of the second, as `Cast` does it.
///
/// ONNX operator set: CastLike-15 to 25.
package struct CastLikeOp: KernelOperator, ValueOperator {
  package static let schema = OperatorSchema(
    "CastLike", since: [15, 19, 21, 23, 24, 25],
    inputs: [Parameter("input", .castable), Parameter("target_type", .castable)],
    outputs: [Parameter("output", .castable)], attributes: ["saturate", "round_mode"])

  let options: ElementCodec.Options

  package init(_ node: inout NodeReader) throws(GraphError) {
    options = try ElementCodec.Options(node)
  }

  package var attributes: [Attribute] { options.attributes }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    context.setOutput(0, context.elementType(1), context.dimensions(0))
    guard let target = context.elementType(1), let tensor = context.tensor(0), tensor.count <= 4096 else {
      return
    }
    // The second input lends its type alone: a known first input is enough for a known result.
    if tensor.elementType == target {
      context.setKnown(0, .tensor(tensor))
    } else if let convert = ElementConversion(tensor.elementType, target, options) {
      context.setKnown(0, .tensor(convert.convert(tensor, to: target)))
    }
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    try castStep(context, options)
  }

  package func evaluate(_ inputs: [Value?], _ context: EvaluationContext) throws(ExecutionError) -> [Value?] {
    guard let tensor = inputs[0]?.tensor, let target = inputs[1]?.tensor?.elementType else {
      throw context.error(.invalidInput, "expected two tensors")
    }
    return [.tensor(try TextConversion.convert(tensor, to: target, options, context))]
  }
}
