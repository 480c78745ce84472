package import Graphs
package import Tensors

/// `Identity`: the input as it is, a tensor, sequence or optional.
///
/// ONNX operator set: Identity-1 to 25.
package struct IdentityOp: KernelOperator, ValueOperator, AliasingOperator, InPlaceOperator {
  package static let schema = OperatorSchema(
    "Identity", since: [1, 13, 14, 16, 19, 21, 23, 24, 25],
    inputs: [Parameter("input", .all, variable: "V", allowsContainers: true)],
    outputs: [Parameter("output", .all, variable: "V", allowsContainers: true)])

  package init(_ node: inout NodeReader) throws(GraphError) {}

  package var attributes: [Attribute] { [] }
  package var aliasedInput: Int { 0 }
  package var inPlaceInputs: [Int] { [0] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    context.setOutput(0, type: context.type(0))
    context.setKnown(0, context.known(0))
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step { copyStep(context) }

  package func evaluate(_ inputs: [Value?], _ context: EvaluationContext) throws(ExecutionError) -> [Value?] {
    [inputs[0]]
  }
}
