package import Graphs
package import Tensors

/// `MatMulInteger`: `Y = (A - a_zero_point) (B - b_zero_point)` in int32, with the batches of `MatMul`.
///
/// ONNX operator set: MatMulInteger-10.
package struct MatMulIntegerOp: KernelOperator, CostedOperator {
  package static let schema = OperatorSchema(
    "MatMulInteger", since: [10],
    inputs: [
      Parameter("A", [.int8, .uint8], variable: "T1"), Parameter("B", [.int8, .uint8], variable: "T2"),
      Parameter("a_zero_point", [.int8, .uint8], .optional, variable: "T1"),
      Parameter("b_zero_point", [.int8, .uint8], .optional, variable: "T2"),
    ],
    outputs: [Parameter("Y", [.int32])])

  package init(_ node: inout NodeReader) throws(GraphError) {}

  package var attributes: [Attribute] { [] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    context.setOutput(0, .int32, try productDimensions(&context, 0, 1))
  }

  package func flops(inputs: [Shape?], outputs: [Shape?]) -> Int {
    guard let depth = inputs.first??.extents.last, let count = outputs.first??.count else { return 0 }
    return 2 &* depth &* count
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    let product = try IntegerProduct(
      context, a: context.input(0), aZero: context.optionalInput(2), b: context.input(1),
      bZero: context.optionalInput(3))
    return product.prepare(&context, into: context.output(0).slot)
  }
}
