package import Graphs
package import Tensors

/// `OptionalGetElement`: the value that an optional holds; a tensor or sequence is its own.
///
/// ONNX operator set: OptionalGetElement-15 to 28. Refused while running: an empty optional.
package struct OptionalGetElementOp: ValueOperator {
  package static let schema = OperatorSchema(
    "OptionalGetElement", since: [15, 18, 28],
    inputs: [Parameter("input", .all, allowsContainers: true)],
    outputs: [Parameter("output", .all, allowsContainers: true)])

  package init(_ node: inout NodeReader) throws(GraphError) {}

  package var attributes: [Attribute] { [] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    if case .optional(let held)? = context.type(0) {
      context.setOutput(0, type: held)
    } else {
      context.setOutput(0, type: context.type(0))
    }
  }

  package func evaluate(_ inputs: [Value?], _ context: EvaluationContext) throws(ExecutionError) -> [Value?] {
    guard case .optional(let held)? = inputs[0] else { return [inputs[0]] }
    guard let held else { throw context.error(.invalidInput, "the optional is empty") }
    return [held]
  }
}
