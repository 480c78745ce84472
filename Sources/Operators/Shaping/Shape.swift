package import Graphs
package import Tensors

/// `Shape`: the extents of the input's axes from `start` up to, not including, `end`, as int64 [n].
/// Negative bounds count from the back; bounds outside the axes are clamped.
///
/// ONNX operator set: Shape-1 to 25.
package struct ShapeOp: KernelOperator, ValueOperator {
  package static let schema = OperatorSchema(
    "Shape", since: [1, 13, 15, 19, 21, 23, 24, 25],
    inputs: [Parameter("data", .all)],
    outputs: [Parameter("shape", [.int64])],
    attributes: ["start", "end"])

  package let start: Int
  package let end: Int?

  package init(_ node: inout NodeReader) throws(GraphError) {
    start = try node.int("start") ?? 0
    end = try node.int("end")
  }

  package var attributes: [Attribute] {
    [Attribute("start", start)] + (end.map { [Attribute("end", $0)] } ?? [])
  }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    guard let dimensions = context.dimensions(0) else {
      context.setOutput(0, .int64, [context.freshDimension()])
      return
    }
    let range: Range<Int> = self.range(rank: dimensions.count)
    context.setOutput(0, .int64, [Dimension(range.count)])
    context.setKnown(0, KnownValue(dimensions: Array(dimensions[range])))
  }

  private func range(rank: Int) -> Range<Int> {
    let first: Int = min(max(start < 0 ? start + rank : start, 0), rank)
    let bound: Int = end ?? rank
    let last: Int = min(max(bound < 0 ? bound + rank : bound, 0), rank)
    return first..<max(first, last)
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    let shape = context.input(0).shape
    let extents: [Int64] = shape.extents[range(rank: shape.rank)].map { Int64($0) }
    let slot: Int = context.output(0).slot
    return Step { run in
      let target = run.output(slot, as: Int64.self)
      for (index, extent) in extents.enumerated() { target[index] = extent }
    }
  }

  package func evaluate(_ inputs: [Value?], _ context: EvaluationContext) throws(ExecutionError) -> [Value?] {
    guard let shape = inputs[0]?.tensor?.shape else {
      throw context.error(.invalidInput, "expected a tensor")
    }
    return [.tensor(Tensor(shape.extents[range(rank: shape.rank)].map { Int64($0) }))]
  }
}
