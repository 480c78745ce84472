package import Graphs
package import KernelInterface

/// `Sin`: the sine of every element, in radians.
///
/// ONNX operator set: Sin-7 to 22.
package struct SinOp: PlainUnaryOperator {
  package static let schema = OperatorSchema(
    "Sin", since: [7, 22], unary: .floats, input: "input", output: "output")

  package init() {}
  package var function: UnaryFunction { .sin }
}
