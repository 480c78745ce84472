package import Graphs
package import KernelInterface

/// `Gelu`: `x / 2 (1 + erf(x / sqrt 2))` of every element, or with `approximate` "tanh"
/// `x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))` (Hendrycks and Gimpel, 2016).
///
/// ONNX operator set: Gelu-20.
package struct GeluOp: UnaryFunctionOperator {
  package static let schema = OperatorSchema(
    "Gelu", since: [20], unary: .floats, attributes: ["approximate"])

  package let usesTanh: Bool

  package init(_ node: inout NodeReader) throws(GraphError) {
    let approximation: String = try node.string("approximate") ?? "none"
    guard approximation == "none" || approximation == "tanh" else {
      throw node.error(
        .invalidAttribute,
        "attribute 'approximate' must be \"none\" or \"tanh\", found \"\(approximation)\"")
    }
    usesTanh = approximation == "tanh"
  }

  package init(usesTanh: Bool) { self.usesTanh = usesTanh }

  package var attributes: [Attribute] { [Attribute("approximate", usesTanh ? "tanh" : "none")] }
  package var function: UnaryFunction { usesTanh ? .geluTanh : .gelu }
  package var alpha: Double { 0 }
  package var beta: Double { 0 }
}
