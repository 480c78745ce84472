package import Graphs
package import Tensors

/// `ScatterElements`: `data` with each element of `updates` written to (or combined with) the element at its
/// own place, with the coordinate of `axis` replaced by the entry of `indices`. Updates of one element are
/// applied in their order.
///
/// ONNX operator set: ScatterElements-11 to 18. Refused: updates of another shape than the indices, and
/// while running an index out of range.
package struct ScatterElementsOp: KernelOperator, ValueOperator, InPlaceOperator {
  package static let schema = OperatorSchema(
    "ScatterElements", since: [11, 13, 16, 18],
    inputs: [
      Parameter("data", .all, variable: "T"), Parameter("indices", .indices),
      Parameter("updates", .all, variable: "T"),
    ],
    outputs: [Parameter("output", .all, variable: "T")],
    attributes: ["axis", "reduction"])

  package let axis: Int
  package let reduction: ScatterReduction

  package init(_ node: inout NodeReader) throws(GraphError) {
    axis = try node.int("axis") ?? 0
    reduction = try node.scatterReduction()
  }

  package var attributes: [Attribute] {
    [Attribute("axis", axis), Attribute("reduction", reduction.rawValue)]
  }
  package var inPlaceInputs: [Int] { [0] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    try context.checkElementIndices(axis: axis)
    if let indices = context.type(1)?.shape, let updates = context.type(2)?.shape, indices != updates {
      throw context.error(.shapeMismatch, "updates of shape \(updates) for indices of shape \(indices)")
    }
    context.setOutput(0, context.elementType(0), context.dimensions(0))
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    if reduction != .none, context.input(0).elementType.isPacked {
      throw context.unsupported(context.input(0).elementType)
    }
    return try context.moving { context throws(PlanError) in
      let data: Shape = context.input(0).shape
      let indexShape: Shape = context.input(1).shape
      let axis: Int = data.normalized(axis: self.axis) ?? 0
      let finder = ElementPositions(data: data, indices: indexShape, axis: axis)
      let scatter: ScatterKernel = try context.scatterKernel(
        reduction, context.input(0).elementType, sliceCount: 1)
      let isWide: Bool = context.input(1).elementType == .int64
      let (indices, updates, target) = (context.input(1).slot, context.input(2).slot, context.output(0).slot)
      let positions: Int = context.temporary(finder.count &* MemoryLayout<Int>.size)
      let copy: Step = copyStep(context)
      // Updates whose first coordinate differs can't meet, unless that is the one replaced.
      let blocks: Int = axis == 0 || indexShape.count == 0 ? 1 : indexShape[0]
      let perBlock: Int = finder.count / blocks
      return Step { run throws(ExecutionError) in
        let found = run.output(positions, as: Int.self)
        if isWide {
          finder.fill(found, run.input(indices, as: Int64.self), run)
        } else {
          finder.fill(found, run.input(indices, as: Int32.self), run)
        }
        try checkPositions(found, count: finder.count)
        try copy.run(run)
        run.forRanges(of: blocks, grain: max(1, (1 << 14) / max(perBlock, 1))) { range, _ in
          scatter(
            range.lowerBound &* perBlock..<range.upperBound &* perBlock, run.slots[target],
            run.slots[updates], found)
        }
      }
    }
  }

  package func evaluate(_ inputs: [Value?], _ context: EvaluationContext) throws(ExecutionError) -> [Value?] {
    guard reduction == .none else { throw context.error(.unsupportedType, "strings can't be combined") }
    return try context.movingStrings(self, inputs, data: [0, 2])
  }
}
