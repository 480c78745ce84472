package import Graphs
package import KernelInterface

/// `Softplus`: `log(1 + e^x)` of every element, without overflow for large x.
///
/// ONNX operator set: Softplus-1 to 22.
package struct SoftplusOp: PlainUnaryOperator {
  package static let schema = OperatorSchema("Softplus", since: [1, 22], unary: .floats)

  package init() {}
  package var function: UnaryFunction { .softplus }
}
