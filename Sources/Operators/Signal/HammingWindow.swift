package import Graphs
internal import Tensors

/// `HammingWindow`: `25/46 - 21/46 cos(2 pi n / N)`, as `size` numbers; N is the size for a
/// periodic window and one less for a symmetric one.
///
/// ONNX operator set: HammingWindow-17.
package struct HammingWindowOp: KernelOperator {
  package static let schema = OperatorSchema(
    "HammingWindow", since: [17],
    inputs: [Parameter("size", .indices)],
    outputs: [Parameter("output", .numbers)],
    attributes: ["output_datatype", "periodic"])

  let window: WindowFunction

  package init(_ node: inout NodeReader) throws(GraphError) {
    window = try WindowFunction(node, 25.0 / 46, 21.0 / 46, 0)
  }

  package var attributes: [Attribute] { window.attributes }

  package func infer(_ context: inout InferenceContext) throws(GraphError) { try window.infer(&context) }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step { window.prepare(context) }
}
