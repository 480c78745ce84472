package import Graphs
package import KernelInterface

/// `Round`: the nearest integer, of two equally near the even one.
///
/// ONNX operator set: Round-11 to 22.
package struct RoundOp: PlainUnaryOperator {
  package static let schema = OperatorSchema("Round", since: [11, 22], unary: .floats)

  package init() {}
  package var function: UnaryFunction { .round }
}
