package import Graphs
package import Tensors

/// `SequenceInsert`: the sequence with a tensor inserted before `position`, at the end where that is left
/// out. Negative positions count from the back.
///
/// ONNX operator set: SequenceInsert-11. Refused while running: a position outside the sequence.
package struct SequenceInsertOp: ValueOperator {
  package static let schema = OperatorSchema(
    "SequenceInsert", since: [11],
    inputs: [
      Parameter("input_sequence", [], allowsContainers: true), Parameter("tensor", .all),
      Parameter("position", .indices, .optional),
    ],
    outputs: [Parameter("output_sequence", [], allowsContainers: true)])

  package init(_ node: inout NodeReader) throws(GraphError) {}

  package var attributes: [Attribute] { [] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    let element: ValueType? = try context.elementOfSequence(0)
    let joined: ValueType? = try context.joined([element, context.type(1)])
    context.setOutput(0, type: joined.map { .sequence($0) })
  }

  package func evaluate(_ inputs: [Value?], _ context: EvaluationContext) throws(ExecutionError) -> [Value?] {
    var elements: [Value] = try context.sequence(inputs, 0)
    guard inputs.count > 1, let value = inputs[1] else {
      throw context.error(.invalidInput, "expected a tensor to insert")
    }
    let count: Int = elements.count
    let position: Int = try context.position(inputs, 2, count: count, limit: count + 1, standard: count)
    elements.insert(value, at: position)
    return [.sequence(elements)]
  }
}
