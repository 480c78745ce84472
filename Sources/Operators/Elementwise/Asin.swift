package import Graphs
package import KernelInterface

/// `Asin`: the arcsine of every element, in radians; NaN outside [-1, 1].
///
/// ONNX operator set: Asin-7 to 22.
package struct AsinOp: PlainUnaryOperator {
  package static let schema = OperatorSchema(
    "Asin", since: [7, 22], unary: .floats, input: "input", output: "output")

  package init() {}
  package var function: UnaryFunction { .asin }
}
