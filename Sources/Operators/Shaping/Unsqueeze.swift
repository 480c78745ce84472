package import Graphs
package import Tensors

/// `Unsqueeze`: the same elements with new axes of extent 1, which stand at `axes` in the output.
///
/// ONNX operator set: Unsqueeze-1 to 25; before 13 `axes` is an attribute. Refused: an axis out of range
/// or named twice.
package struct UnsqueezeOp: KernelOperator, ValueOperator, AliasingOperator {
  package static let schema = OperatorSchema(
    "Unsqueeze", since: [1, 11, 13, 21, 23, 24, 25],
    inputs: [Parameter("data", .all, variable: "T"), Parameter("axes", [.int64])],
    outputs: [Parameter("expanded", .all, variable: "T")],
    attributes: ["axes"])

  package init(_ node: inout NodeReader) throws(GraphError) {
    if let axes = try node.ints("axes") { node.setInput(1, to: Tensor(axes.map { Int64($0) })) }
  }

  package init() {}

  package var attributes: [Attribute] { [] }
  package var aliasedInput: Int { 0 }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    let result: [Dimension]? = try unsqueezed(&context)
    context.setOutput(0, context.elementType(0), result)
    if let elements = context.symbolicElements(0), let result, result.count == 1 {
      context.setKnown(0, KnownValue(dimensions: elements))
    }
  }

  private func unsqueezed(_ context: inout InferenceContext) throws(GraphError) -> [Dimension]? {
    guard let dimensions = context.dimensions(0) else { return nil }
    guard let named = context.integers(1) else {
      let count: Int? = context.rank(1) == 0 ? 1 : context.dimensions(1)?.first?.value
      return count.map { context.freshDimensions(dimensions.count + $0) }
    }
    let rank: Int = dimensions.count + named.count
    let axes: [Int] = try context.normalized(axes: named, rank: rank)
    var rest = dimensions[...]
    var result: [Dimension] = []
    for axis in 0..<rank {
      if axes.contains(axis) { result.append(1) } else { result.append(rest.removeFirst()) }
    }
    return result
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step { copyStep(context) }

  package func evaluate(_ inputs: [Value?], _ context: EvaluationContext) throws(ExecutionError) -> [Value?] {
    try context.movingStrings(self, inputs, data: [0])
  }
}
