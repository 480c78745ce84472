package import Graphs
package import KernelInterface

/// `Selu`: `gamma x` where x > 0, else `gamma alpha (e^x - 1)`, of every element (Klambauer and others,
/// "Self-Normalizing Neural Networks", 2017).
///
/// ONNX operator set: Selu-6 to 22.
package struct SeluOp: UnaryFunctionOperator {
  package static let schema = OperatorSchema(
    "Selu", since: [6, 22], unary: .floats, attributes: ["alpha", "gamma"])

  package let alphaValue: Float
  package let gamma: Float

  package init(_ node: inout NodeReader) throws(GraphError) {
    alphaValue = try node.float("alpha") ?? 1.67326319217681884765625
    gamma = try node.float("gamma") ?? 1.05070102214813232421875
  }

  package var attributes: [Attribute] { [Attribute("alpha", alphaValue), Attribute("gamma", gamma)] }
  package var function: UnaryFunction { .selu }
  package var alpha: Double { Double(alphaValue) }
  package var beta: Double { Double(gamma) }
}
