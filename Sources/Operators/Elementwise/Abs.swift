package import Graphs
package import KernelInterface

/// `Abs`: `|x|` of every element. The least negative integer has no positive counterpart and stays.
///
/// ONNX operator set: Abs-6 to 13.
package struct AbsOp: PlainUnaryOperator {
  package static let schema = OperatorSchema("Abs", since: [6, 13], unary: .numbers)

  package init() {}
  package var function: UnaryFunction { .abs }
}
