package import Graphs
package import KernelInterface

/// `Acos`: the arccosine of every element, in radians; NaN outside [-1, 1].
///
/// ONNX operator set: Acos-7 to 22.
package struct AcosOp: PlainUnaryOperator {
  package static let schema = OperatorSchema(
    "Acos", since: [7, 22], unary: .floats, input: "input", output: "output")

  package init() {}
  package var function: UnaryFunction { .acos }
}
