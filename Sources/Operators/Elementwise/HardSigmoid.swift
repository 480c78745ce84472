package import Graphs
package import KernelInterface

/// `HardSigmoid`: `max(0, min(1, alpha x + beta))` of every element.
///
/// ONNX operator set: HardSigmoid-6 to 22.
package struct HardSigmoidOp: UnaryFunctionOperator {
  package static let schema = OperatorSchema(
    "HardSigmoid", since: [6, 22], unary: .floats, attributes: ["alpha", "beta"])

  package let alphaValue: Float
  package let betaValue: Float

  package init(_ node: inout NodeReader) throws(GraphError) {
    alphaValue = try node.float("alpha") ?? 0.2
    betaValue = try node.float("beta") ?? 0.5
  }

  package var attributes: [Attribute] { [Attribute("alpha", alphaValue), Attribute("beta", betaValue)] }
  package var function: UnaryFunction { .hardSigmoid }
  package var alpha: Double { Double(alphaValue) }
  package var beta: Double { Double(betaValue) }
}
