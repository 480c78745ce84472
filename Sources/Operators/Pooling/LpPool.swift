package import Graphs
internal import KernelInterface
internal import Tensors

/// `LpPool`: the p-norm `(sum of |x|^p)^(1/p)` of each window of X [batch, channels, spatial...]. Pads are
/// zero. One to three spatial axes; p is at least 1.
///
/// ONNX operator set: LpPool-2 to 22.
package struct LpPoolOp: KernelOperator {
  package static let schema = OperatorSchema(
    "LpPool", since: [2, 11, 18, 22],
    inputs: [Parameter("X", .floats, variable: "T")],
    outputs: [Parameter("Y", .floats, variable: "T")],
    attributes: Window.attributeNames + ["ceil_mode", "p"])

  let geometry: PoolingGeometry

  package init(_ node: inout NodeReader) throws(GraphError) {
    var geometry = try PoolingGeometry(node, kind: .lp)
    geometry.power = try normPower(node)
    self.geometry = geometry
  }

  package var attributes: [Attribute] { geometry.attributes + [Attribute("p", geometry.power)] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    let dimensions: [Dimension]? = try geometry.outputDimensions(&context)
    context.setOutput(0, context.elementType(0), dimensions)
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    try context.widened { (context) throws(PlanError) in try geometry.prepare(context) }
  }
}

/// Attribute `p` of a norm: an integer of at least 1.
func normPower(_ node: NodeReader) throws(GraphError) -> Int {
  let power: Int = try node.int("p") ?? 2
  guard power >= 1 else {
    throw node.error(.invalidAttribute, "attribute 'p' must be at least 1, found \(power)")
  }
  return power
}
