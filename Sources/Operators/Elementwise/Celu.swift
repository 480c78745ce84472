package import Graphs
package import KernelInterface

/// `Celu`: `max(0, x) + min(0, alpha (e^(x / alpha) - 1))` of every element (Barron, 2017).
///
/// ONNX operator set: Celu-12 to 28.
package struct CeluOp: UnaryFunctionOperator {
  package static let schema = OperatorSchema("Celu", since: [12, 28], unary: .floats, attributes: ["alpha"])

  package let alphaValue: Float

  package init(_ node: inout NodeReader) throws(GraphError) {
    alphaValue = try node.float("alpha") ?? 1
  }

  package var attributes: [Attribute] { [Attribute("alpha", alphaValue)] }
  package var function: UnaryFunction { .celu }
  package var alpha: Double { Double(alphaValue) }
  package var beta: Double { 0 }
}
