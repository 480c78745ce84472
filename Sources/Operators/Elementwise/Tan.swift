package import Graphs
package import KernelInterface

/// `Tan`: the tangent of every element, in radians.
///
/// ONNX operator set: Tan-7 to 22.
package struct TanOp: PlainUnaryOperator {
  package static let schema = OperatorSchema(
    "Tan", since: [7, 22], unary: .floats, input: "input", output: "output")

  package init() {}
  package var function: UnaryFunction { .tan }
}
