package import Graphs
package import Tensors

/// `Flatten`: the input as a matrix, the axes before `axis` as rows and the others as columns. `axis` may
/// be the rank itself.
///
/// ONNX operator set: Flatten-1 to 25.
package struct FlattenOp: KernelOperator, ValueOperator, AliasingOperator {
  package static let schema = OperatorSchema(
    "Flatten", since: [1, 9, 11, 13, 21, 23, 24, 25],
    inputs: [Parameter("input", .all, variable: "T")],
    outputs: [Parameter("output", .all, variable: "T")],
    attributes: ["axis"])

  package let axis: Int

  package init(_ node: inout NodeReader) throws(GraphError) { axis = try node.int("axis") ?? 1 }

  package var attributes: [Attribute] { [Attribute("axis", axis)] }
  package var aliasedInput: Int { 0 }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    guard let dimensions = context.dimensions(0) else {
      context.setOutput(0, context.elementType(0), context.freshDimensions(2))
      return
    }
    let rank: Int = dimensions.count
    guard axis >= -rank, axis <= rank else {
      throw context.error(.invalidAttribute, "axis \(axis) is outside [\(-rank), \(rank)] for rank \(rank)")
    }
    let first: Int = axis < 0 ? axis + rank : axis
    context.setOutput(
      0, context.elementType(0), [dimensions[..<first].reduce(1, *), dimensions[first...].reduce(1, *)])
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step { copyStep(context) }

  package func evaluate(_ inputs: [Value?], _ context: EvaluationContext) throws(ExecutionError) -> [Value?] {
    try context.movingStrings(self, inputs, data: [0])
  }
}
