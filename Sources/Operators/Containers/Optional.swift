package import Graphs
package import Tensors

/// `Optional`: the input as an optional that holds it, or, without an input, an empty optional of `type`.
///
/// ONNX operator set: Optional-15 to 28. Refused: neither an input nor a type.
package struct OptionalOp: ValueOperator {
  package static let schema = OperatorSchema(
    "Optional", since: [15, 28],
    inputs: [Parameter("input", .all, .optional, allowsContainers: true)],
    outputs: [Parameter("output", [], allowsContainers: true)],
    attributes: ["type"])

  package let type: ValueType?

  package init(_ node: inout NodeReader) throws(GraphError) {
    type = try node.type("type")
    guard type != nil || node.hasInput(0) else {
      throw node.error(.missingAttribute, "attribute 'type' is required where there is no input")
    }
  }

  package var attributes: [Attribute] { type.map { [Attribute("type", .type($0))] } ?? [] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    let held: ValueType? = context.hasInput(0) ? context.type(0) : type
    context.setOutput(0, type: held.map { .optional($0) })
  }

  package func evaluate(_ inputs: [Value?], _ context: EvaluationContext) throws(ExecutionError) -> [Value?] {
    [.optional(inputs.first ?? nil)]
  }
}
