package import Graphs
package import KernelInterface

/// `LeakyRelu`: x where x >= 0, else `alpha x`, of every element.
///
/// ONNX operator set: LeakyRelu-6 to 16.
package struct LeakyReluOp: UnaryFunctionOperator {
  package static let schema = OperatorSchema(
    "LeakyRelu", since: [6, 16], unary: .floats, attributes: ["alpha"])

  package let alphaValue: Float

  package init(_ node: inout NodeReader) throws(GraphError) {
    alphaValue = try node.float("alpha") ?? 0.01
  }

  package var attributes: [Attribute] { [Attribute("alpha", alphaValue)] }
  package var function: UnaryFunction { .leakyRelu }
  package var alpha: Double { Double(alphaValue) }
  package var beta: Double { 0 }
}
