package import Graphs
package import Tensors

/// `SequenceLength`: how many elements a sequence has, an int64 scalar.
///
/// ONNX operator set: SequenceLength-11.
package struct SequenceLengthOp: ValueOperator {
  package static let schema = OperatorSchema(
    "SequenceLength", since: [11],
    inputs: [Parameter("input_sequence", [], allowsContainers: true)],
    outputs: [Parameter("length", [.int64])])

  package init(_ node: inout NodeReader) throws(GraphError) {}

  package var attributes: [Attribute] { [] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    _ = try context.elementOfSequence(0)
    context.setOutput(0, .int64, [])
  }

  package func evaluate(_ inputs: [Value?], _ context: EvaluationContext) throws(ExecutionError) -> [Value?] {
    [.tensor(Tensor(scalar: Int64(try context.sequence(inputs, 0).count)))]
  }
}
