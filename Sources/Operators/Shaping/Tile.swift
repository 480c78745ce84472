package import Graphs
internal import KernelInterface
package import Tensors

/// `Tile`: the input repeated `repeats[k]` times along axis k.
///
/// ONNX operator set: Tile-6 to 13. Refused: negative repeats, and repeats for another rank.
package struct TileOp: KernelOperator, ValueOperator {
  package static let schema = OperatorSchema(
    "Tile", since: [6, 13],
    inputs: [Parameter("input", .all, variable: "T"), Parameter("repeats", [.int64])],
    outputs: [Parameter("output", .all, variable: "T")])

  package init(_ node: inout NodeReader) throws(GraphError) {}

  package var attributes: [Attribute] { [] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    guard let dimensions = context.dimensions(0), let repeats = context.shapeElements(1) else {
      let rank: Int? = context.rank(0) ?? context.dimensions(1)?.first?.value
      context.setOutput(0, context.elementType(0), rank.map { context.freshDimensions($0) })
      return
    }
    guard dimensions.count == repeats.count else {
      throw context.error(
        .shapeMismatch, "\(repeats.count) repeats for an input of rank \(dimensions.count)")
    }
    if repeats.contains(where: { ($0.value ?? 0) < 0 }) {
      throw context.error(.invalidInput, "repeats must not be negative, found \(repeats)")
    }
    context.setOutput(0, context.elementType(0), zip(dimensions, repeats).map { $0 * $1 })
    if dimensions.count == 1, let elements = context.symbolicElements(0), let times = repeats[0].value,
      times * elements.count <= 1024
    {
      context.setKnown(
        0, KnownValue(dimensions: Array(repeating: elements, count: times).flatMap { $0 }))
    }
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    try context.moving { context throws(PlanError) in
      let input: Shape = context.input(0).shape
      let output: Shape = context.output(0).shape
      let inStrides: [Int] = input.strides
      let outStrides: [Int] = output.strides
      var sizes: [Int] = []
      var from: [Int] = []
      var to: [Int] = []
      for axis in 0..<input.rank {
        let extent: Int = input[axis]
        sizes += [extent == 0 ? 0 : output[axis] / extent, extent]
        from += [0, inStrides[axis]]
        to += [extent &* outStrides[axis], outStrides[axis]]
      }
      return copyStep(context, CopyPlan(sizes: sizes, outStrides: to, inStrides: from))
    }
  }

  package func evaluate(_ inputs: [Value?], _ context: EvaluationContext) throws(ExecutionError) -> [Value?] {
    try context.movingStrings(self, inputs, data: [0])
  }
}
