package import Graphs
package import KernelInterface

/// `Atan`: the arctangent of every element, in radians.
///
/// ONNX operator set: Atan-7 to 22.
package struct AtanOp: PlainUnaryOperator {
  package static let schema = OperatorSchema(
    "Atan", since: [7, 22], unary: .floats, input: "input", output: "output")

  package init() {}
  package var function: UnaryFunction { .atan }
}
