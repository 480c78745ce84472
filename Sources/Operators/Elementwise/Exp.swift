package import Graphs
package import KernelInterface

/// `Exp`: `e^x` of every element.
///
/// ONNX operator set: Exp-6 to 13.
package struct ExpOp: PlainUnaryOperator {
  package static let schema = OperatorSchema(
    "Exp", since: [6, 13], unary: .floats, input: "input", output: "output")

  package init() {}
  package var function: UnaryFunction { .exp }
}
