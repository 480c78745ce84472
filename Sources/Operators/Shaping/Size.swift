package import Graphs
package import Tensors

/// `Size`: the number of elements of the input, an int64 scalar.
///
/// ONNX operator set: Size-1 to 25.
package struct SizeOp: KernelOperator, ValueOperator {
  package static let schema = OperatorSchema(
    "Size", since: [1, 13, 19, 21, 23, 24, 25],
    inputs: [Parameter("data", .all)],
    outputs: [Parameter("size", [.int64])])

  package init(_ node: inout NodeReader) throws(GraphError) {}

  package var attributes: [Attribute] { [] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    context.setOutput(0, .int64, [])
    if let dimensions = context.dimensions(0) {
      context.setKnown(0, KnownValue(dimensions: [dimensions.reduce(1, *)], isScalar: true))
    }
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    let count = Int64(context.input(0).shape.count)
    let target: Int = context.output(0).slot
    return Step { run in run.output(target).pointee = count }
  }

  package func evaluate(_ inputs: [Value?], _ context: EvaluationContext) throws(ExecutionError) -> [Value?] {
    guard let tensor = inputs[0]?.tensor else { throw context.error(.invalidInput, "expected a tensor") }
    return [.tensor(Tensor(scalar: Int64(tensor.count)))]
  }
}
