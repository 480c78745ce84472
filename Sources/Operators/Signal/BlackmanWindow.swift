package import Graphs
internal import Tensors

/// `BlackmanWindow`: `0.42 - 0.5 cos(2 pi n / N) + 0.08 cos(4 pi n / N)`, as `size` numbers; N is the size
/// for a periodic window and one less for a symmetric one.
///
/// ONNX operator set: BlackmanWindow-17.
package struct BlackmanWindowOp: KernelOperator {
  package static let schema = OperatorSchema(
    "BlackmanWindow", since: [17],
    inputs: [Parameter("size", .indices)],
    outputs: [Parameter("output", .numbers)],
    attributes: ["output_datatype", "periodic"])

  let window: WindowFunction

  package init(_ node: inout NodeReader) throws(GraphError) {
    window = try WindowFunction(node, 0.42, 0.5, 0.08)
  }

  package var attributes: [Attribute] { window.attributes }

  package func infer(_ context: inout InferenceContext) throws(GraphError) { try window.infer(&context) }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step { window.prepare(context) }
}
