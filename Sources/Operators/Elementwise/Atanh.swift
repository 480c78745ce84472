package import Graphs
package import KernelInterface

/// `Atanh`: the inverse hyperbolic tangent of every element; NaN outside [-1, 1].
///
/// ONNX operator set: Atanh-9 to 22.
package struct AtanhOp: PlainUnaryOperator {
  package static let schema = OperatorSchema(
    "Atanh", since: [9, 22], unary: .floats, input: "input", output: "output")

  package init() {}
  package var function: UnaryFunction { .atanh }
}
