package import Graphs
package import KernelInterface

/// `Erf`: the error function of every element, `2 / sqrt(pi)` times the integral of `e^(-t^2)` from 0 to x.
/// Integers, which version 9 allowed, are computed in float64.
///
/// ONNX operator set: Erf-9 to 13.
package struct ErfOp: PlainUnaryOperator {
  package static let schema = OperatorSchema(
    "Erf", since: [9, 13], unary: .numbers, input: "input", output: "output")

  package init() {}
  package var function: UnaryFunction { .erf }
}
