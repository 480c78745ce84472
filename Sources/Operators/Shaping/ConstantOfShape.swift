package import Graphs
package import Tensors

/// `ConstantOfShape`: a tensor of the given shape, every element the one of attribute `value` (float32 0
/// where it is left out).
///
/// ONNX operator set: ConstantOfShape-9 to 25. Refused: a value of more than one element, negative extents.
package struct ConstantOfShapeOp: KernelOperator, ValueOperator {
  package static let schema = OperatorSchema(
    "ConstantOfShape", since: [9, 20, 21, 23, 24, 25],
    inputs: [Parameter("input", [.int64])],
    outputs: [Parameter("output", .all)],
    attributes: ["value"])

  package let value: Tensor

  package init(_ node: inout NodeReader) throws(GraphError) {
    value = try node.tensor("value") ?? Tensor([Float(0)])
    guard value.count == 1 else {
      throw node.error(.invalidAttribute, "attribute 'value' must have one element, found \(value.count)")
    }
  }

  package var attributes: [Attribute] { [Attribute("value", .tensor(value))] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    guard let target = context.knownDimensions(0) else {
      let rank: Int? = context.dimensions(0)?.first?.value
      context.setOutput(0, value.elementType, rank.map { context.freshDimensions($0) })
      return
    }
    for dimension in target {
      if let extent = dimension.value, extent < 0 {
        throw context.error(.shapeMismatch, "extent \(extent) of the shape is negative")
      }
    }
    context.setOutput(0, value.elementType, target)
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    let tensor: Tensor = value
    let filling: Int = context.output(0).shape.count
    return try context.moving { context throws(PlanError) in
      var pattern: Tensor = tensor
      if tensor.elementType.isPacked {
        pattern = Tensor(.uint8, [1]) { bytes in
          PackedElements.unpack(
            bytes.baseAddress!.assumingMemoryBound(to: UInt8.self),
            tensor.base.assumingMemoryBound(to: UInt8.self), count: 1,
            bitWidth: tensor.elementType.bitWidth)
        }
      }
      return fillStep(slot: context.output(0).slot, pattern: pattern, count: filling)
    }
  }

  package func evaluate(_ inputs: [Value?], _ context: EvaluationContext) throws(ExecutionError) -> [Value?] {
    guard let text = value.strings?.elements.first, let extents = inputs[0]?.tensor?.integers,
      let shape = Shape(checking: extents)
    else { throw context.error(.shapeMismatch, "the shape is not valid") }
    return [.tensor(Tensor(strings: Array(repeating: text, count: shape.count), shape))]
  }
}
