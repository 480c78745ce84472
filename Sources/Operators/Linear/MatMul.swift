package import Graphs
package import Tensors

/// `MatMul`: `Y = A B` as numpy's `matmul` defines it: [..., m, k] and [..., k, n] give [..., m, n], the axes
/// in front broadcast, vectors are a row on the left and a column on the right. Integers wrap.
///
/// ONNX operator set: MatMul-1 to 13.
package struct MatMulOp: ProductOperator {
  package static let schema = OperatorSchema(
    "MatMul", since: [1, 9, 13],
    inputs: [Parameter("A", types, variable: "T"), Parameter("B", types, variable: "T")],
    outputs: [Parameter("Y", types, variable: "T")])

  private static let types: TypeSet = .floats | [.int32, .int64, .uint32, .uint64]

  package init(_ node: inout NodeReader) throws(GraphError) {}

  package var attributes: [Attribute] { [] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    context.setOutput(0, context.elementType(0), try productDimensions(&context, 0, 1))
  }

  package func flops(inputs: [Shape?], outputs: [Shape?]) -> Int {
    guard let depth = inputs.first??.extents.last, let count = outputs.first??.count else { return 0 }
    return 2 &* depth &* count
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    try context.widened { (context) throws(PlanError) in
      try prepare(&context, ending: ProductEnding())
    }
  }

  /// The step, with `ending` after the product; a fused node may give one value for each column as input 2.
  package func prepare(_ context: inout PrepareContext, ending: ProductEnding) throws(PlanError) -> Step {
    var ending: ProductEnding = ending
    ending.bias = context.optionalInput(2)
    let product = MatrixProduct(context.input(0).shape, context.input(1).shape)
    return try product.prepare(
      &context, a: context.input(0), b: context.input(1), y: context.output(0), ending: ending)
  }
}

/// The dimensions of the matrix product of inputs `left` and `right`, nil where a rank is unknown.
func productDimensions(_ context: inout InferenceContext, _ left: Int, _ right: Int)
  throws(GraphError) -> [Dimension]?
{
  guard let a = context.dimensions(left), let b = context.dimensions(right) else { return nil }
  guard let depth = a.last, let bFirst = b.count == 1 ? b.first : b.dropLast().last else {
    throw context.error(.shapeMismatch, "a scalar has no matrix product")
  }
  if let x = depth.value, let y = bFirst.value, x != y {
    throw context.error(.shapeMismatch, "A has \(x) columns and B has \(y) rows")
  }
  var result: [Dimension]? = try context.broadcast([Array(a.dropLast(2)), Array(b.dropLast(2))])
  if a.count > 1 { result?.append(a[a.count - 2]) }
  if b.count > 1 { result?.append(b[b.count - 1]) }
  return result
}
