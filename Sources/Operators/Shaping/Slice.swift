package import Graphs
internal import KernelInterface
package import Tensors

/// `Slice`: along each axis in `axes` (all, where left out) every `steps`-th element from `starts` up to,
/// not including, `ends`. Negative bounds count from the back, bounds outside the axis are clamped, a
/// negative step walks backwards.
///
/// ONNX operator set: Slice-1 to 13; before 10 the bounds are attributes. Refused: a step of 0.
package struct SliceOp: KernelOperator, ValueOperator {
  package static let schema = OperatorSchema(
    "Slice", since: [1, 10, 11, 13],
    inputs: [
      Parameter("data", .all, variable: "T"), Parameter("starts", .indices, variable: "Tind"),
      Parameter("ends", .indices, variable: "Tind"), Parameter("axes", .indices, .optional, variable: "Tind"),
      Parameter("steps", .indices, .optional, variable: "Tind"),
    ],
    outputs: [Parameter("output", .all, variable: "T")],
    attributes: ["starts", "ends", "axes"])

  package init(_ node: inout NodeReader) throws(GraphError) {
    for (index, name) in ["starts", "ends", "axes"].enumerated() {
      guard let values = try node.ints(name) else { continue }
      node.setInput(index + 1, to: Tensor(values.map { Int64($0) }))
    }
    guard node.hasInput(1), node.hasInput(2) else {
      throw node.error(.missingAttribute, "'starts' and 'ends' are required")
    }
  }

  package var attributes: [Attribute] { [] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    guard let dimensions = context.dimensions(0) else {
      context.setOutput(0, context.elementType(0), nil)
      return
    }
    let starts: [Dimension]? = context.shapeElements(1)
    let ends: [Dimension]? = context.shapeElements(2)
    let steps: [Int]? = context.hasInput(4) ? context.integers(4) : nil
    let count: Int? = starts?.count ?? ends?.count ?? context.dimensions(1)?.first?.value
    guard let axes = try axes(context, count: count, rank: dimensions.count) else {
      context.setOutput(0, context.elementType(0), context.freshDimensions(dimensions.count))
      return
    }
    if let count, axes.count != count {
      throw context.error(.shapeMismatch, "\(axes.count) axes don't match \(count) bounds")
    }
    guard ends.map({ $0.count == axes.count }) ?? true, steps.map({ $0.count == axes.count }) ?? true else {
      throw context.error(.shapeMismatch, "'starts', 'ends', 'axes' and 'steps' must have one length")
    }
    if let steps, steps.contains(0) { throw context.error(.invalidInput, "a step of 0") }
    var result: [Dimension] = dimensions
    for (position, axis) in axes.enumerated() {
      guard let start = starts?[position], let end = ends?[position],
        let step = context.hasInput(4) ? steps?[position] : 1
      else {
        result[axis] = context.freshDimension()
        continue
      }
      result[axis] =
        SliceRange.count(start: start, end: end, step: step, extent: dimensions[axis])
        ?? context.freshDimension()
    }
    context.setOutput(0, context.elementType(0), result)
    guard dimensions.count == 1, let elements = context.symbolicElements(0) else { return }
    guard axes.count == 1 else {
      if axes.isEmpty { context.setKnown(0, context.known(0)) }
      return
    }
    if let start = starts?[0].value, let end = ends?[0].value, let step = context.hasInput(4) ? steps?[0] : 1
    {
      let range = SliceRange(start: start, end: end, step: step, extent: elements.count)
      context.setKnown(
        0, KnownValue(dimensions: (0..<range.count).map { elements[range.start + $0 * range.step] }))
    }
  }

  /// The axes of `count` bounds; nil where they are not known.
  private func axes(_ context: InferenceContext, count: Int?, rank: Int) throws(GraphError) -> [Int]? {
    if context.hasInput(3) {
      guard let named = context.integers(3) else { return nil }
      return try context.normalized(axes: named, rank: rank)
    }
    guard let count else { return nil }
    guard count <= rank else {
      throw context.error(.shapeMismatch, "\(count) bounds for an input of rank \(rank)")
    }
    return Array(0..<count)
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    let starts: [Int] = try context.integers(ofInput: 1)
    let ends: [Int] = try context.integers(ofInput: 2)
    var axes: [Int] = Array(starts.indices)
    if context.optionalInput(3) != nil { axes = try context.integers(ofInput: 3) }
    var steps: [Int] = starts.map { _ in 1 }
    if context.optionalInput(4) != nil { steps = try context.integers(ofInput: 4) }
    return try context.moving { context throws(PlanError) in
      let input: Shape = context.input(0).shape
      let output: Shape = context.output(0).shape
      var strides: [Int] = input.strides
      var offset: Int = 0
      for (position, named) in axes.enumerated() {
        let axis: Int = input.normalized(axis: named) ?? 0
        let range = SliceRange(
          start: starts[position], end: ends[position], step: steps[position], extent: input[axis])
        offset &+= range.start &* strides[axis]
        strides[axis] &*= range.step
      }
      let plan = CopyPlan(sizes: output.extents, outStrides: output.strides, inStrides: strides)
      return copyStep(context, plan, inOffset: offset)
    }
  }

  package func evaluate(_ inputs: [Value?], _ context: EvaluationContext) throws(ExecutionError) -> [Value?] {
    try context.movingStrings(self, inputs, data: [0])
  }
}
