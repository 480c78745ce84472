package import Graphs
package import Tensors

/// `SequenceErase`: the sequence without the element at `position`, the last where that is left out.
/// Negative positions count from the back.
///
/// ONNX operator set: SequenceErase-11. Refused while running: a position outside the sequence.
package struct SequenceEraseOp: ValueOperator {
  package static let schema = OperatorSchema(
    "SequenceErase", since: [11],
    inputs: [
      Parameter("input_sequence", [], allowsContainers: true), Parameter("position", .indices, .optional),
    ],
    outputs: [Parameter("output_sequence", [], allowsContainers: true)])

  package init(_ node: inout NodeReader) throws(GraphError) {}

  package var attributes: [Attribute] { [] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    context.setOutput(0, type: try context.elementOfSequence(0).map { .sequence($0) })
  }

  package func evaluate(_ inputs: [Value?], _ context: EvaluationContext) throws(ExecutionError) -> [Value?] {
    var elements: [Value] = try context.sequence(inputs, 0)
    guard !elements.isEmpty else { throw context.error(.invalidInput, "the sequence is empty") }
    let count: Int = elements.count
    elements.remove(at: try context.position(inputs, 1, count: count, limit: count, standard: count - 1))
    return [.sequence(elements)]
  }
}
