package import Graphs
package import KernelInterface

/// `Tanh`: the hyperbolic tangent of every element.
///
/// ONNX operator set: Tanh-6 to 13.
package struct TanhOp: PlainUnaryOperator {
  package static let schema = OperatorSchema(
    "Tanh", since: [6, 13], unary: .floats, input: "input", output: "output")

  package init() {}
  package var function: UnaryFunction { .tanh }
}
