package import Graphs
package import KernelInterface

/// `Acosh`: the inverse hyperbolic cosine of every element; NaN below 1.
///
/// ONNX operator set: Acosh-9 to 22.
package struct AcoshOp: PlainUnaryOperator {
  package static let schema = OperatorSchema(
    "Acosh", since: [9, 22], unary: .floats, input: "input", output: "output")

  package init() {}
  package var function: UnaryFunction { .acosh }
}
