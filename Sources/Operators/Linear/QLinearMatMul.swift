package import Graphs
package import Tensors

/// `QLinearMatMul`: the matrix product of quantized tensors, quantized again:
///
///     y = saturate(round(sum (a - a_zero) (b - b_zero) * a_scale * b_scale / y_scale) + y_zero)
///
/// Scales and zero points of a are one or one for each row, of b one or one for each column, of y one. 8-bit
/// integers; the 8-bit floats of operator set 21 are refused. ONNX operator set: QLinearMatMul-10 to 21.
package struct QLinearMatMulOp: KernelOperator, CostedOperator {
  private static let scales: TypeSet = [.float32, .float16, .bfloat16]

  package static let schema = OperatorSchema(
    "QLinearMatMul", since: [10, 21],
    inputs: [
      Parameter("a", [.int8, .uint8], variable: "T1"), Parameter("a_scale", scales, variable: "TS"),
      Parameter("a_zero_point", [.int8, .uint8], variable: "T1"),
      Parameter("b", [.int8, .uint8], variable: "T2"), Parameter("b_scale", scales, variable: "TS"),
      Parameter("b_zero_point", [.int8, .uint8], variable: "T2"),
      Parameter("y_scale", scales, variable: "TS"),
      Parameter("y_zero_point", [.int8, .uint8], variable: "T3"),
    ],
    outputs: [Parameter("y", [.int8, .uint8], variable: "T3")])

  package init(_ node: inout NodeReader) throws(GraphError) {}

  package var attributes: [Attribute] { [] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    context.setOutput(0, context.elementType(7), try productDimensions(&context, 0, 3))
  }

  package func flops(inputs: [Shape?], outputs: [Shape?]) -> Int {
    guard let depth = inputs.first??.extents.last, let count = outputs.first??.count else { return 0 }
    return 2 &* depth &* count
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    let product = try IntegerProduct(
      context, a: context.input(0), aZero: context.input(2), b: context.input(3), bZero: context.input(5))
    let (m, n, batch): (Int, Int, Int) = (product.product.m, product.product.n, product.product.batch)
    guard [1, m].contains(context.input(1).shape.count), [1, n].contains(context.input(4).shape.count),
      context.input(6).shape.count == 1, context.input(7).shape.count == 1
    else {
      throw context.error(
        .invalidGraph, "the scales match neither one number nor the product's rows and columns")
    }
    let sums: Int = context.temporary(batch * m * n * 4)
    let multiply: Step = product.prepare(&context, into: sums)
    let requantize = Requantization(
      &context, rows: m, columns: n, rowScale: context.input(1), columnScale: context.input(4),
      outputScale: context.input(6), zero: context.input(7))
    let ySlot: Int = context.output(0).slot
    return Step { (run) throws(ExecutionError) in
      try multiply.run(run)
      for matrix in 0..<batch {
        let offset: Int = matrix &* m &* n
        requantize.apply(
          run, sums: run.input(sums, as: Int32.self) + offset, y: run.slots[ySlot] + offset, bias: nil)
      }
    }
  }
}
