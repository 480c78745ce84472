package import Graphs
package import KernelInterface

/// `Cos`: the cosine of every element, in radians.
///
/// ONNX operator set: Cos-7 to 22.
package struct CosOp: PlainUnaryOperator {
  package static let schema = OperatorSchema(
    "Cos", since: [7, 22], unary: .floats, input: "input", output: "output")

  package init() {}
  package var function: UnaryFunction { .cos }
}
