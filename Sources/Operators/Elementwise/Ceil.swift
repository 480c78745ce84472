package import Graphs
package import KernelInterface

/// `Ceil`: the least integer that is not below the element.
///
/// ONNX operator set: Ceil-6 to 13.
package struct CeilOp: PlainUnaryOperator {
  package static let schema = OperatorSchema("Ceil", since: [6, 13], unary: .floats)

  package init() {}
  package var function: UnaryFunction { .ceil }
}
