package import Graphs
package import Tensors

/// `GatherElements`: for each entry of `indices` the element of `data` at the entry's own place, with the
/// coordinate of `axis` replaced by the entry: `out[i][j] = data[indices[i][j]][j]` for axis 0.
///
/// ONNX operator set: GatherElements-11 to 13. Refused: other ranks than data's, extents beyond data's, and
/// while running an index out of range.
package struct GatherElementsOp: KernelOperator, ValueOperator {
  package static let schema = OperatorSchema(
    "GatherElements", since: [11, 13],
    inputs: [Parameter("data", .all, variable: "T"), Parameter("indices", .indices)],
    outputs: [Parameter("output", .all, variable: "T")],
    attributes: ["axis"])

  package let axis: Int

  package init(_ node: inout NodeReader) throws(GraphError) { axis = try node.int("axis") ?? 0 }

  package var attributes: [Attribute] { [Attribute("axis", axis)] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    try context.checkElementIndices(axis: axis)
    context.setOutput(
      0, context.elementType(0),
      context.dimensions(1) ?? context.rank(0).map { context.freshDimensions($0) })
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    try context.moving { context throws(PlanError) in
      let data: Shape = context.input(0).shape
      let finder = ElementPositions(
        data: data, indices: context.input(1).shape, axis: data.normalized(axis: axis) ?? 0)
      let copy = PositionedCopy(
        count: finder.count, sliceCount: 1, elementSize: context.input(0).elementType.byteWidth)
      let isWide: Bool = context.input(1).elementType == .int64
      let (source, indices, target) = (context.input(0).slot, context.input(1).slot, context.output(0).slot)
      let positions: Int = context.temporary(finder.count &* MemoryLayout<Int>.size)
      return Step { run throws(ExecutionError) in
        let found = run.output(positions, as: Int.self)
        if isWide {
          finder.fill(found, run.input(indices, as: Int64.self), run)
        } else {
          finder.fill(found, run.input(indices, as: Int32.self), run)
        }
        try checkPositions(found, count: finder.count)
        copy.gather(run.slots[target], run.slots[source], found, run)
      }
    }
  }

  package func evaluate(_ inputs: [Value?], _ context: EvaluationContext) throws(ExecutionError) -> [Value?] {
    try context.movingStrings(self, inputs, data: [0])
  }
}

extension InferenceContext {
  /// Checks that input 1 (indices) has the rank of input 0 (data), and outside of `axis` no larger extents.
  func checkElementIndices(axis: Int) throws(GraphError) {
    guard let data = dimensions(0) else { return }
    let along: Int = try normalized(axis: axis, rank: data.count)
    guard let indices = dimensions(1) else { return }
    guard indices.count == data.count else {
      throw error(.shapeMismatch, "the indices' rank \(indices.count) is not the data's, \(data.count)")
    }
    for other in data.indices where other != along {
      guard let extent = indices[other].value, let limit = data[other].value, extent > limit else { continue }
      throw error(
        .shapeMismatch, "axis \(other) of the indices has the extent \(extent), the data's \(limit)")
    }
  }
}
