package import Graphs
package import KernelInterface

/// `Log`: the natural logarithm of every element; minus infinity at 0, NaN below.
///
/// ONNX operator set: Log-6 to 13.
package struct LogOp: PlainUnaryOperator {
  package static let schema = OperatorSchema(
    "Log", since: [6, 13], unary: .floats, input: "input", output: "output")

  package init() {}
  package var function: UnaryFunction { .log }
}
