package import Graphs
package import KernelInterface

/// `Asinh`: the inverse hyperbolic sine of every element.
///
/// ONNX operator set: Asinh-9 to 22.
package struct AsinhOp: PlainUnaryOperator {
  package static let schema = OperatorSchema(
    "Asinh", since: [9, 22], unary: .floats, input: "input", output: "output")

  package init() {}
  package var function: UnaryFunction { .asinh }
}
