package import Graphs
package import KernelInterface
internal import Tensors

/// `AveragePool`: the mean of each window of X [batch, channels, spatial...], over its elements inside the
/// image, or with `count_include_pad` inside the padded image. One to three spatial axes.
///
/// ONNX operator set: AveragePool-1 to 22.
package struct AveragePoolOp: ImageOperator {
  package static let schema = OperatorSchema(
    "AveragePool", since: [1, 7, 10, 11, 19, 22],
    inputs: [Parameter("X", .floats, variable: "T")],
    outputs: [Parameter("Y", .floats, variable: "T")],
    attributes: Window.attributeNames + ["ceil_mode", "count_include_pad"])

  let geometry: PoolingGeometry

  package init(_ node: inout NodeReader) throws(GraphError) {
    var geometry = try PoolingGeometry(node, kind: .average)
    geometry.countsPadding = try node.int("count_include_pad") ?? 0 != 0
    self.geometry = geometry
  }

  private init(_ geometry: PoolingGeometry) { self.geometry = geometry }

  package var inChannelsLast: any Operator { AveragePoolOp(geometry.inChannelsLast) }

  package var layout: ImageLayout { geometry.layout }

  package var attributes: [Attribute] {
    geometry.attributes + [Attribute("count_include_pad", geometry.countsPadding)]
  }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    let dimensions: [Dimension]? = try geometry.outputDimensions(&context)
    context.setOutput(0, context.elementType(0), dimensions)
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    try context.widened { (context) throws(PlanError) in try geometry.prepare(context) }
  }
}
