package import Graphs
package import KernelInterface

/// `Shrink`: `x + bias` where x < -lambd, `x - bias` where x > lambd, else 0, of every element. Integers are
/// computed in float64 and truncated.
///
/// ONNX operator set: Shrink-9.
package struct ShrinkOp: UnaryFunctionOperator {
  package static let schema = OperatorSchema(
    "Shrink", since: [9], unary: .numbers, input: "input", output: "output",
    attributes: ["bias", "lambd"])

  package let bias: Float
  package let threshold: Float

  package init(_ node: inout NodeReader) throws(GraphError) {
    bias = try node.float("bias") ?? 0
    threshold = try node.float("lambd") ?? 0.5
  }

  package var attributes: [Attribute] { [Attribute("bias", bias), Attribute("lambd", threshold)] }
  package var function: UnaryFunction { .shrink }
  package var alpha: Double { Double(threshold) }
  package var beta: Double { Double(bias) }
}
