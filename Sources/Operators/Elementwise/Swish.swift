package import Graphs
package import KernelInterface

/// `Swish`: `x / (1 + e^(-alpha x))` of every element (Ramachandran and others, "Searching for Activation
/// Functions", 2017).
///
/// ONNX operator set: Swish-24.
package struct SwishOp: UnaryFunctionOperator {
  package static let schema = OperatorSchema("Swish", since: [24], unary: .floats, attributes: ["alpha"])

  package let alphaValue: Float

  package init(_ node: inout NodeReader) throws(GraphError) {
    alphaValue = try node.float("alpha") ?? 1
  }

  package init(alpha: Float) { alphaValue = alpha }

  package var attributes: [Attribute] { [Attribute("alpha", alphaValue)] }
  package var function: UnaryFunction { .swish }
  package var alpha: Double { Double(alphaValue) }
  package var beta: Double { 0 }
}
