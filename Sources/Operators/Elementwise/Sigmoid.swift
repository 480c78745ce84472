package import Graphs
package import KernelInterface

/// `Sigmoid`: `1 / (1 + e^-x)` of every element.
///
/// ONNX operator set: Sigmoid-6 to 13.
package struct SigmoidOp: PlainUnaryOperator {
  package static let schema = OperatorSchema("Sigmoid", since: [6, 13], unary: .floats)

  package init() {}
  package var function: UnaryFunction { .sigmoid }
}
