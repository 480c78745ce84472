package import Graphs
package import Tensors

/// `OptionalHasElement`: whether the optional holds a value, a bool scalar. A tensor or sequence counts as
/// one that does; without an input the answer is no.
///
/// ONNX operator set: OptionalHasElement-15 to 28.
package struct OptionalHasElementOp: ValueOperator {
  package static let schema = OperatorSchema(
    "OptionalHasElement", since: [15, 18, 28],
    inputs: [Parameter("input", .all, .optional, allowsContainers: true)],
    outputs: [Parameter("output", [.bool])])

  package init(_ node: inout NodeReader) throws(GraphError) {}

  package var attributes: [Attribute] { [] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    context.setOutput(0, .bool, [])
  }

  package func evaluate(_ inputs: [Value?], _ context: EvaluationContext) throws(ExecutionError) -> [Value?] {
    let holds: Bool =
      switch inputs.first ?? nil {
      case nil: false
      case .optional(let value)?: value != nil
      case .some: true
      }
    return [.tensor(Tensor(scalar: holds))]
  }
}
