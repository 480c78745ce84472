package import Graphs
internal import KernelInterface

/// `GlobalAveragePool`: the mean over all positions of each channel of X [batch, channels, spatial...], as
/// [batch, channels, 1...].
///
/// ONNX operator set: GlobalAveragePool-1 to 22.
package struct GlobalAveragePoolOp: KernelOperator {
  package static let schema = OperatorSchema(
    "GlobalAveragePool", since: [1, 22],
    inputs: [Parameter("X", .floats, variable: "T")],
    outputs: [Parameter("Y", .floats, variable: "T")])

  private let pooling = GlobalPooling(kind: .average)

  package init(_ node: inout NodeReader) throws(GraphError) {}

  package var attributes: [Attribute] { [] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) { try pooling.infer(&context) }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    try pooling.prepare(&context)
  }
}
