package import Graphs
package import Tensors

/// `SequenceEmpty`: a sequence without elements, for tensors of type `dtype` (float32 where left out).
///
/// ONNX operator set: SequenceEmpty-11.
package struct SequenceEmptyOp: ValueOperator {
  package static let schema = OperatorSchema(
    "SequenceEmpty", since: [11],
    inputs: [],
    outputs: [Parameter("output", [], allowsContainers: true)],
    attributes: ["dtype"])

  package let type: ElementType

  package init(_ node: inout NodeReader) throws(GraphError) {
    type = try node.elementType("dtype") ?? .float32
  }

  package var attributes: [Attribute] { [Attribute("dtype", Int(type.rawValue))] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    context.setOutput(0, type: .sequence(.tensor(type, nil as [Dimension]?)))
  }

  package func evaluate(_ inputs: [Value?], _ context: EvaluationContext) throws(ExecutionError) -> [Value?] {
    [.sequence([])]
  }
}
