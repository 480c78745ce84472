package import Graphs
package import KernelInterface

/// `Sign`: -1, 0 or 1 as the element is negative, zero or positive; NaN stays NaN.
///
/// ONNX operator set: Sign-9 to 13.
package struct SignOp: PlainUnaryOperator {
  package static let schema = OperatorSchema(
    "Sign", since: [9, 13], unary: .numbers, input: "input", output: "output")

  package init() {}
  package var function: UnaryFunction { .sign }
}
