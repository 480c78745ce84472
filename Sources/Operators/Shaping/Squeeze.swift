package import Graphs
package import Tensors

/// `Squeeze`: the same elements without the axes in `axes`, or without all axes of extent 1 where `axes`
/// is left out.
///
/// ONNX operator set: Squeeze-1 to 25; before 13 `axes` is an attribute. Refused: an axis whose extent is
/// not 1.
package struct SqueezeOp: KernelOperator, ValueOperator, AliasingOperator {
  package static let schema = OperatorSchema(
    "Squeeze", since: [1, 11, 13, 21, 23, 24, 25],
    inputs: [Parameter("data", .all, variable: "T"), Parameter("axes", [.int64], .optional)],
    outputs: [Parameter("squeezed", .all, variable: "T")],
    attributes: ["axes"])

  package init(_ node: inout NodeReader) throws(GraphError) {
    if let axes = try node.ints("axes") { node.setInput(1, to: Tensor(axes.map { Int64($0) })) }
  }

  package var attributes: [Attribute] { [] }
  package var aliasedInput: Int { 0 }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    let result: [Dimension]? = try squeezed(&context)
    context.setOutput(0, context.elementType(0), result)
    if let elements = context.symbolicElements(0), let result, result.count <= 1 {
      context.setKnown(0, KnownValue(dimensions: elements, isScalar: result.isEmpty))
    }
  }

  private func squeezed(_ context: inout InferenceContext) throws(GraphError) -> [Dimension]? {
    guard let dimensions = context.dimensions(0) else { return nil }
    guard context.hasInput(1) else {
      // A symbolic extent may turn out to be 1.
      guard dimensions.allSatisfy({ $0.value != nil }) else { return nil }
      return dimensions.filter { $0.value != 1 }
    }
    guard let named = context.integers(1) else {
      guard let count = context.dimensions(1)?.first?.value, count <= dimensions.count else { return nil }
      if count == dimensions.count, let extent = dimensions.compactMap(\.value).first(where: { $0 != 1 }) {
        throw context.error(.shapeMismatch, "an axis of all has the extent \(extent), expected 1")
      }
      return context.freshDimensions(dimensions.count - count)
    }
    let axes: [Int] = try context.normalized(axes: named, rank: dimensions.count)
    for axis in axes {
      if let extent = dimensions[axis].value, extent != 1 {
        throw context.error(.shapeMismatch, "axis \(axis) has the extent \(extent), expected 1")
      }
    }
    return dimensions.indices.filter { !axes.contains($0) }.map { dimensions[$0] }
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step { copyStep(context) }

  package func evaluate(_ inputs: [Value?], _ context: EvaluationContext) throws(ExecutionError) -> [Value?] {
    try context.movingStrings(self, inputs, data: [0])
  }
}
