package import Graphs
package import KernelInterface

/// `GlobalMaxPool`: the maximum over all positions of each channel of X [batch, channels, spatial...], as
/// [batch, channels, 1...].
///
/// ONNX operator set: GlobalMaxPool-1 to 22.
package struct GlobalMaxPoolOp: ImageOperator {
  package static let schema = OperatorSchema(
    "GlobalMaxPool", since: [1, 22],
    inputs: [Parameter("X", .floats, variable: "T")],
    outputs: [Parameter("Y", .floats, variable: "T")])

  private let pooling: GlobalPooling

  package init(_ node: inout NodeReader) throws(GraphError) { pooling = GlobalPooling(kind: .max) }

  /// The pooling of images that lie in `layout`.
  package init(layout: ImageLayout) { pooling = GlobalPooling(kind: .max, layout: layout) }

  package var attributes: [Attribute] { pooling.attributes }
  package var layout: ImageLayout { pooling.layout }
  package var inChannelsLast: any Operator { GlobalMaxPoolOp(layout: .channelsLast) }

  package func infer(_ context: inout InferenceContext) throws(GraphError) { try pooling.infer(&context) }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    try pooling.prepare(&context)
  }
}
