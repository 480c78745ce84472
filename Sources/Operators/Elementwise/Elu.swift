package import Graphs
package import KernelInterface

/// `Elu`: x where x >= 0, else `alpha (e^x - 1)`, of every element (Clevert and others, 2015).
///
/// ONNX operator set: Elu-6 to 22.
package struct EluOp: UnaryFunctionOperator {
  package static let schema = OperatorSchema("Elu", since: [6, 22], unary: .floats, attributes: ["alpha"])

  package let alphaValue: Float

  package init(_ node: inout NodeReader) throws(GraphError) {
    alphaValue = try node.float("alpha") ?? 1
  }

  package var attributes: [Attribute] { [Attribute("alpha", alphaValue)] }
  package var function: UnaryFunction { .elu }
  package var alpha: Double { Double(alphaValue) }
  package var beta: Double { 0 }
}
