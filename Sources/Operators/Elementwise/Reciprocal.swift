package import Graphs
package import KernelInterface

/// `Reciprocal`: `1 / x` of every element.
///
/// ONNX operator set: Reciprocal-6 to 13.
package struct ReciprocalOp: PlainUnaryOperator {
  package static let schema = OperatorSchema("Reciprocal", since: [6, 13], unary: .floats)

  package init() {}
  package var function: UnaryFunction { .reciprocal }
}
