package import Graphs
package import Tensors

/// `CenterCropPad`: the input cropped or padded with zeros around its centre to the extents in `shape`, for
/// all axes or those in `axes`. An odd rest goes to the end when padding and is cut from the end when
/// cropping.
///
/// ONNX operator set: CenterCropPad-18. Refused: negative extents, and another count of them than of axes.
package struct CenterCropPadOp: KernelOperator, ValueOperator {
  package static let schema = OperatorSchema(
    "CenterCropPad", since: [18],
    inputs: [Parameter("input_data", .all, variable: "T"), Parameter("shape", .indices)],
    outputs: [Parameter("output_data", .all, variable: "T")],
    attributes: ["axes"])

  package let axes: [Int]?

  package init(_ node: inout NodeReader) throws(GraphError) { axes = try node.ints("axes") }

  package var attributes: [Attribute] { axes.map { [Attribute("axes", $0)] } ?? [] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    guard let dimensions = context.dimensions(0) else {
      context.setOutput(0, context.elementType(0), nil)
      return
    }
    let axes: [Int] = try context.normalized(
      axes: self.axes ?? Array(dimensions.indices), rank: dimensions.count)
    var result: [Dimension] = dimensions
    if let extents = context.knownDimensions(1) {
      guard extents.count == axes.count else {
        throw context.error(.shapeMismatch, "expected \(axes.count) extents, found \(extents.count)")
      }
      for (axis, extent) in zip(axes, extents) {
        if let value = extent.value, value < 0 {
          throw context.error(.shapeMismatch, "extent \(value) is negative")
        }
        result[axis] = extent
      }
    } else {
      for axis in axes { result[axis] = context.freshDimension() }
    }
    context.setOutput(0, context.elementType(0), result)
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    try context.moving { context throws(PlanError) in
      let input: Shape = context.input(0).shape
      let output: Shape = context.output(0).shape
      let before: [Int] = (0..<input.rank).map { axis in
        let (from, to): (Int, Int) = (input[axis], output[axis])
        return to >= from ? (to - from) / 2 : -((from - to) / 2)
      }
      return placementStep(context, before: before, otherwise: .zero(context.output(0).elementType))
    }
  }

  package func evaluate(_ inputs: [Value?], _ context: EvaluationContext) throws(ExecutionError) -> [Value?] {
    try context.movingStrings(self, inputs, data: [0])
  }
}
