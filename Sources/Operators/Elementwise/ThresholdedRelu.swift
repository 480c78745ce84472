package import Graphs
package import KernelInterface

/// `ThresholdedRelu`: x where x > alpha, else 0, of every element.
///
/// ONNX operator set: ThresholdedRelu-10 to 22.
package struct ThresholdedReluOp: UnaryFunctionOperator {
  package static let schema = OperatorSchema(
    "ThresholdedRelu", since: [10, 22], unary: .floats, attributes: ["alpha"])

  package let alphaValue: Float

  package init(_ node: inout NodeReader) throws(GraphError) {
    alphaValue = try node.float("alpha") ?? 1
  }

  package var attributes: [Attribute] { [Attribute("alpha", alphaValue)] }
  package var function: UnaryFunction { .thresholdedRelu }
  package var alpha: Double { Double(alphaValue) }
  package var beta: Double { 0 }
}
