package import Graphs
package import Tensors

/// `SequenceConstruct`: the inputs as a sequence.
///
/// ONNX operator set: SequenceConstruct-11.
package struct SequenceConstructOp: ValueOperator {
  package static let schema = OperatorSchema(
    "SequenceConstruct", since: [11],
    inputs: [Parameter("inputs", .all, .variadic, variable: "T")],
    outputs: [Parameter("output_sequence", [], allowsContainers: true)])

  package init(_ node: inout NodeReader) throws(GraphError) {}

  package var attributes: [Attribute] { [] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    let element: ValueType? = try context.joined(context.inputs.map { $0?.type })
    context.setOutput(0, type: element.map { .sequence($0) })
  }

  package func evaluate(_ inputs: [Value?], _ context: EvaluationContext) throws(ExecutionError) -> [Value?] {
    [.sequence(inputs.compactMap { $0 })]
  }
}
