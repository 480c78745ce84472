package import Graphs
package import Tensors

/// `SequenceAt`: the element of a sequence at `position`; negative positions count from the back.
///
/// ONNX operator set: SequenceAt-11. Refused while running: a position outside the sequence.
package struct SequenceAtOp: ValueOperator {
  package static let schema = OperatorSchema(
    "SequenceAt", since: [11],
    inputs: [Parameter("input_sequence", [], allowsContainers: true), Parameter("position", .indices)],
    outputs: [Parameter("tensor", .all, allowsContainers: true)])

  package init(_ node: inout NodeReader) throws(GraphError) {}

  package var attributes: [Attribute] { [] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    context.setOutput(0, type: try context.elementOfSequence(0))
  }

  package func evaluate(_ inputs: [Value?], _ context: EvaluationContext) throws(ExecutionError) -> [Value?] {
    let elements: [Value] = try context.sequence(inputs, 0)
    let position: Int = try context.position(
      inputs, 1, count: elements.count, limit: elements.count, standard: 0)
    return [elements[position]]
  }
}
