package import Graphs
package import Tensors

/// `Cast`: every element as the type `to`.
///
/// Floats round to nearest, ties to even; floats to integers truncate and integers to narrower ones keep
/// their low bits; what is not 0 becomes true. `saturate` and `round_mode` are for floats of 8 bits.
/// Numbers become strings as short as they can be read back; strings that are no number are refused.
///
/// ONNX operator set: Cast-6 to 28.
package struct CastOp: KernelOperator, ValueOperator {
  package static let schema = OperatorSchema(
    "Cast", since: [6, 9, 13, 19, 21, 23, 24, 25, 28], inputs: [Parameter("input", .castable)],
    outputs: [Parameter("output", .castable)], attributes: ["to", "saturate", "round_mode"])

  package let target: ElementType
  let options: ElementCodec.Options

  package init(_ node: inout NodeReader) throws(GraphError) {
    target = try node.required("to", node.elementType("to"))
    guard TypeSet.castable.contains(target) else {
      throw node.error(.invalidAttribute, "nothing can be cast to \(target.name)")
    }
    options = try ElementCodec.Options(node)
  }

  package var attributes: [Attribute] { [Attribute("to", Int(target.rawValue))] + options.attributes }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    context.setOutput(0, target, context.dimensions(0))
    if target == .int64, context.elementType(0) == .int64 { context.setKnown(0, context.known(0)) }
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    try castStep(context, options)
  }

  package func evaluate(_ inputs: [Value?], _ context: EvaluationContext) throws(ExecutionError) -> [Value?] {
    guard let tensor = inputs[0]?.tensor else { throw context.error(.invalidInput, "expected a tensor") }
    return [.tensor(try TextConversion.convert(tensor, to: target, options, context))]
  }
}
