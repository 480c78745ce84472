package import Graphs
package import KernelInterface

/// `Relu`: `max(x, 0)` of every element; NaN stays NaN.
///
/// ONNX operator set: Relu-6 to 14.
package struct ReluOp: PlainUnaryOperator {
  package static let schema = OperatorSchema("Relu", since: [6, 13, 14], unary: .floats | .signedIntegers)

  package init() {}
  package var function: UnaryFunction { .relu }
}
