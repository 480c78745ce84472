package import Graphs
package import KernelInterface

/// `Mish`: `x tanh(log(1 + e^x))` of every element (Misra, "Mish: A Self Regularized Non-Monotonic
/// Activation Function", 2019).
///
/// ONNX operator set: Mish-18 to 22.
package struct MishOp: PlainUnaryOperator {
  package static let schema = OperatorSchema("Mish", since: [18, 22], unary: .floats)

  package init() {}
  package var function: UnaryFunction { .mish }
}
