package import Graphs
package import KernelInterface

/// `Cosh`: the hyperbolic cosine of every element.
///
/// ONNX operator set: Cosh-9 to 22.
package struct CoshOp: PlainUnaryOperator {
  package static let schema = OperatorSchema(
    "Cosh", since: [9, 22], unary: .floats, input: "input", output: "output")

  package init() {}
  package var function: UnaryFunction { .cosh }
}
