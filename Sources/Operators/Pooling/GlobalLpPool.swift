package import Graphs
internal import KernelInterface

/// `GlobalLpPool`: the p-norm `(sum of |x|^p)^(1/p)` over all positions of each channel of X
/// [batch, channels, spatial...], as [batch, channels, 1...]; p is at least 1.
///
/// ONNX operator set: GlobalLpPool-2 to 22.
package struct GlobalLpPoolOp: KernelOperator {
  package static let schema = OperatorSchema(
    "GlobalLpPool", since: [2, 22],
    inputs: [Parameter("X", .floats, variable: "T")],
    outputs: [Parameter("Y", .floats, variable: "T")],
    attributes: ["p"])

  let pooling: GlobalPooling

  package init(_ node: inout NodeReader) throws(GraphError) {
    pooling = GlobalPooling(kind: .lp, power: try normPower(node))
  }

  package var attributes: [Attribute] { [Attribute("p", pooling.power)] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) { try pooling.infer(&context) }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    try pooling.prepare(&context)
  }
}
