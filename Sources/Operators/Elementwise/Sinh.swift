package import Graphs
package import KernelInterface

/// `Sinh`: the hyperbolic sine of every element.
///
/// ONNX operator set: Sinh-9 to 22.
package struct SinhOp: PlainUnaryOperator {
  package static let schema = OperatorSchema(
    "Sinh", since: [9, 22], unary: .floats, input: "input", output: "output")

  package init() {}
  package var function: UnaryFunction { .sinh }
}
