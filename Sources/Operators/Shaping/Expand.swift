package import Graphs
internal import KernelInterface
package import Tensors

/// `Expand`: the input broadcast against a shape, in both directions: an extent of 1 in the shape keeps
/// the input's.
///
/// ONNX operator set: Expand-8 to 13. Refused: extents that don't broadcast.
package struct ExpandOp: KernelOperator, ValueOperator {
  package static let schema = OperatorSchema(
    "Expand", since: [8, 13],
    inputs: [Parameter("input", .all, variable: "T"), Parameter("shape", [.int64])],
    outputs: [Parameter("output", .all, variable: "T")])

  package init(_ node: inout NodeReader) throws(GraphError) {}
  package init() {}

  package var attributes: [Attribute] { [] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    guard let input = context.dimensions(0), let target = context.knownDimensions(1) else {
      var rank: Int?
      if let inner = context.rank(0), let outer = context.dimensions(1)?.first?.value {
        rank = max(inner, outer)
      }
      context.setOutput(0, context.elementType(0), rank.map { context.freshDimensions($0) })
      return
    }
    for extent in target.compactMap(\.value) where extent < 0 {
      throw context.error(.shapeMismatch, "extent \(extent) of the shape is negative")
    }
    let result: [Dimension]? = try context.broadcast([input, target])
    context.setOutput(0, context.elementType(0), result)
    if let elements = context.symbolicElements(0), let result, result.count == 1, elements.count == 1,
      let count = result[0].value, count <= 64
    {
      context.setKnown(0, KnownValue(dimensions: Array(repeating: elements[0], count: count)))
    }
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    try context.moving { context throws(PlanError) in
      let input: Shape = context.input(0).shape
      let output: Shape = context.output(0).shape
      let lead: Int = output.rank - input.rank
      let strides: [Int] = input.strides
      var inStrides: [Int] = []
      for axis in 0..<output.rank {
        let broadcasts: Bool = axis < lead || input[axis - lead] == 1
        inStrides.append(broadcasts ? 0 : strides[axis - lead])
      }
      let plan = CopyPlan(sizes: output.extents, outStrides: output.strides, inStrides: inStrides)
      return copyStep(context, plan)
    }
  }

  package func evaluate(_ inputs: [Value?], _ context: EvaluationContext) throws(ExecutionError) -> [Value?] {
    try context.movingStrings(self, inputs, data: [0])
  }
}
