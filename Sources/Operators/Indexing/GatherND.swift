package import Graphs
package import Tensors

/// `GatherND`: for each tuple in the last axis of `indices` the slice of `data` that it points at. The first
/// `batch_dims` axes of both are walked together.
///
/// ONNX operator set: GatherND-11 to 13. Refused: tuples longer than data's rank, and while running an
/// index out of range.
package struct GatherNDOp: KernelOperator, ValueOperator {
  package static let schema = OperatorSchema(
    "GatherND", since: [11, 12, 13],
    inputs: [Parameter("data", .all, variable: "T"), Parameter("indices", [.int64])],
    outputs: [Parameter("output", .all, variable: "T")],
    attributes: ["batch_dims"])

  package let batchAxes: Int

  package init(_ node: inout NodeReader) throws(GraphError) {
    batchAxes = try node.int("batch_dims") ?? 0
    guard batchAxes >= 0 else {
      throw node.error(.invalidAttribute, "attribute 'batch_dims' must not be negative, found \(batchAxes)")
    }
  }

  package var attributes: [Attribute] { [Attribute("batch_dims", batchAxes)] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    guard let data = context.dimensions(0), let indices = context.dimensions(1),
      let width = indices.last?.value
    else {
      if context.rank(1) == 0 { throw context.error(.shapeMismatch, "the indices must have an axis") }
      context.setOutput(0, context.elementType(0), nil)
      return
    }
    guard batchAxes < indices.count, batchAxes <= data.count, width <= data.count - batchAxes else {
      throw context.error(
        .shapeMismatch, "tuples of \(width) behind \(batchAxes) batch axes don't fit rank \(data.count)")
    }
    for axis in 0..<batchAxes {
      if let a = data[axis].value, let b = indices[axis].value, a != b {
        throw context.error(.shapeMismatch, "batch axis \(axis) has the extents \(a) and \(b)")
      }
    }
    context.setOutput(
      0, context.elementType(0), Array(indices.dropLast()) + Array(data[(batchAxes + width)...]))
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    try context.moving { context throws(PlanError) in
      let finder = TuplePositions(
        data: context.input(0).shape, indices: context.input(1).shape, batchAxes: batchAxes)
      let copy = PositionedCopy(
        count: finder.count, sliceCount: finder.sliceCount,
        elementSize: context.input(0).elementType.byteWidth)
      let (source, indices, target) = (context.input(0).slot, context.input(1).slot, context.output(0).slot)
      let positions: Int = context.temporary(finder.count &* MemoryLayout<Int>.size)
      return Step { run throws(ExecutionError) in
        let found = run.output(positions, as: Int.self)
        finder.fill(found, run.input(indices), run)
        try checkPositions(found, count: finder.count)
        copy.gather(run.slots[target], run.slots[source], found, run)
      }
    }
  }

  package func evaluate(_ inputs: [Value?], _ context: EvaluationContext) throws(ExecutionError) -> [Value?] {
    try context.movingStrings(self, inputs, data: [0])
  }
}
