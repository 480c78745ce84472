package import Graphs
package import Tensors

/// `ScatterND`: `data` with each slice of `updates` written to (or combined with) the slice that the tuple in
/// the last axis of `indices` points at. Updates of one slice are applied in their order.
///
/// ONNX operator set: ScatterND-11 to 18. Refused: updates of another shape than indices and data ask for,
/// and while running an index out of range.
package struct ScatterNDOp: KernelOperator, ValueOperator, InPlaceOperator {
  package static let schema = OperatorSchema(
    "ScatterND", since: [11, 13, 16, 18],
    inputs: [
      Parameter("data", .all, variable: "T"), Parameter("indices", [.int64]),
      Parameter("updates", .all, variable: "T"),
    ],
    outputs: [Parameter("output", .all, variable: "T")],
    attributes: ["reduction"])

  package let reduction: ScatterReduction

  package init(_ node: inout NodeReader) throws(GraphError) { reduction = try node.scatterReduction() }

  package var attributes: [Attribute] { [Attribute("reduction", reduction.rawValue)] }
  package var inPlaceInputs: [Int] { [0] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    if let data = context.dimensions(0), let indices = context.dimensions(1), let width = indices.last?.value
    {
      guard width <= data.count else {
        throw context.error(.shapeMismatch, "tuples of \(width) for data of rank \(data.count)")
      }
      let expected: [Dimension] = Array(indices.dropLast()) + Array(data[width...])
      let wanted: Shape? = ValueType.tensor(.int64, expected).shape
      if let updates = context.type(2)?.shape, let wanted, updates != wanted {
        throw context.error(.shapeMismatch, "expected updates of shape \(wanted), found \(updates)")
      }
    } else if context.rank(1) == 0 {
      throw context.error(.shapeMismatch, "the indices must have an axis")
    }
    context.setOutput(0, context.elementType(0), context.dimensions(0))
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    if reduction != .none, context.input(0).elementType.isPacked {
      throw context.unsupported(context.input(0).elementType)
    }
    return try context.moving { context throws(PlanError) in
      let finder = TuplePositions(data: context.input(0).shape, indices: context.input(1).shape)
      let scatter: ScatterKernel = try context.scatterKernel(
        reduction, context.input(0).elementType, sliceCount: finder.sliceCount)
      let (indices, updates, target) = (context.input(1).slot, context.input(2).slot, context.output(0).slot)
      let positions: Int = context.temporary(finder.count &* MemoryLayout<Int>.size)
      let copy: Step = copyStep(context)
      return Step { run throws(ExecutionError) in
        let found = run.output(positions, as: Int.self)
        finder.fill(found, run.input(indices), run)
        try checkPositions(found, count: finder.count)
        try copy.run(run)
        scatter(0..<finder.count, run.slots[target], run.slots[updates], found)
      }
    }
  }

  package func evaluate(_ inputs: [Value?], _ context: EvaluationContext) throws(ExecutionError) -> [Value?] {
    guard reduction == .none else { throw context.error(.unsupportedType, "strings can't be combined") }
    return try context.movingStrings(self, inputs, data: [0, 2])
  }
}
