package import Graphs
package import KernelInterface

/// `Softsign`: `x / (1 + |x|)` of every element.
///
/// ONNX operator set: Softsign-1 to 22.
package struct SoftsignOp: PlainUnaryOperator {
  package static let schema = OperatorSchema(
    "Softsign", since: [1, 22], unary: .floats, input: "input", output: "output")

  package init() {}
  package var function: UnaryFunction { .softsign }
}
