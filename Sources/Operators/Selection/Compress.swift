package import Graphs
package import Tensors

/// `Compress`: the slices along `axis` (the elements of the flattened input, where left out) whose entry of
/// `condition` is true; entries that a short condition lacks count as false.
///
/// ONNX operator set: Compress-9 to 28. Refused: a true entry beyond the axis.
package struct CompressOp: ValueOperator {
  package static let schema = OperatorSchema(
    "Compress", since: [9, 11, 28],
    inputs: [Parameter("input", .all, variable: "T"), Parameter("condition", [.bool])],
    outputs: [Parameter("output", .all, variable: "T")],
    attributes: ["axis"])

  package let axis: Int?

  package init(_ node: inout NodeReader) throws(GraphError) { axis = try node.int("axis") }

  package var attributes: [Attribute] { axis.map { [Attribute("axis", $0)] } ?? [] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    guard let axis else {
      context.setOutput(0, context.elementType(0), [context.freshDimension()])
      return
    }
    guard var result = context.dimensions(0) else {
      context.setOutput(0, context.elementType(0), nil)
      return
    }
    result[try context.normalized(axis: axis, rank: result.count)] = context.freshDimension()
    context.setOutput(0, context.elementType(0), result)
  }

  package func evaluate(_ inputs: [Value?], _ context: EvaluationContext) throws(ExecutionError) -> [Value?] {
    guard let input = inputs[0]?.tensor, let condition = inputs[1]?.tensor else {
      throw context.error(.invalidInput, "expected two tensors")
    }
    let chosen: [Int64] = condition.elements(Bool.self).enumerated().filter(\.element).map {
      Int64($0.offset)
    }
    let data: Tensor = axis == nil ? input.reshaped([input.count]) : input
    guard data.shape.normalized(axis: axis ?? 0) != nil else {
      throw context.error(.invalidInput, "axis \(axis ?? 0) is out of range for rank \(data.shape.rank)")
    }
    return try context.evaluate(
      GatherOp(axis: axis ?? 0), [.tensor(data), .tensor(Tensor(chosen, [chosen.count]))])
  }
}
