package import Graphs
package import KernelInterface
internal import Tensors

/// `MaxPool`: the largest element of each window of X [batch, channels, spatial...], and where it lies in X,
/// flat; `storage_order` 1 counts those positions with the first spatial axis fastest. Pads hold nothing.
/// One to three spatial axes.
///
/// ONNX operator set: MaxPool-1 to 22.
package struct MaxPoolOp: ImageOperator {
  package static let schema = OperatorSchema(
    "MaxPool", since: [1, 8, 10, 11, 12, 22],
    inputs: [Parameter("X", .floats | [.int8, .uint8], variable: "T")],
    outputs: [
      Parameter("Y", .floats | [.int8, .uint8], variable: "T"), Parameter("Indices", [.int64], .optional),
    ],
    attributes: Window.attributeNames + ["ceil_mode", "storage_order"])

  let geometry: PoolingGeometry

  package init(_ node: inout NodeReader) throws(GraphError) {
    var geometry = try PoolingGeometry(node, kind: .max)
    geometry.isColumnMajor = try node.flag("storage_order") ?? false
    self.geometry = geometry
  }

  private init(_ geometry: PoolingGeometry) { self.geometry = geometry }

  /// Positions are asked for in channels-first images alone.
  package var inChannelsLast: any Operator { MaxPoolOp(geometry.inChannelsLast) }

  package var layout: ImageLayout { geometry.layout }

  package var attributes: [Attribute] {
    geometry.attributes + [Attribute("storage_order", geometry.isColumnMajor)]
  }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    let dimensions: [Dimension]? = try geometry.outputDimensions(&context)
    context.setOutput(0, context.elementType(0), dimensions)
    context.setOutput(1, .int64, dimensions)
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    try context.widened { (context) throws(PlanError) in try geometry.prepare(context) }
  }
}
