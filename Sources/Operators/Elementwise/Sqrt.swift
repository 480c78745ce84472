package import Graphs
package import KernelInterface

/// `Sqrt`: the square root of every element; NaN for negative numbers.
///
/// ONNX operator set: Sqrt-6 to 13.
package struct SqrtOp: PlainUnaryOperator {
  package static let schema = OperatorSchema("Sqrt", since: [6, 13], unary: .floats)

  package init() {}
  package var function: UnaryFunction { .sqrt }
}
