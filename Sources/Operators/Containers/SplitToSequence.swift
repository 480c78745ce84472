package import Graphs
package import Tensors

/// `SplitToSequence`: the input cut along `axis` into a sequence: parts of one length where `split` is a
/// scalar (the last one shorter), of the lengths in it where it is a vector, of length 1 where it is left
/// out; these lose the axis unless `keepdims`.
///
/// ONNX operator set: SplitToSequence-11 to 24. Refused: lengths that are not positive or don't sum up to the
/// axis.
package struct SplitToSequenceOp: ValueOperator {
  package static let schema = OperatorSchema(
    "SplitToSequence", since: [11, 24],
    inputs: [Parameter("input", .all), Parameter("split", .indices, .optional)],
    outputs: [Parameter("output_sequence", [], allowsContainers: true)],
    attributes: ["axis", "keepdims"])

  package let axis: Int
  package let keepsAxis: Bool

  package init(_ node: inout NodeReader) throws(GraphError) {
    axis = try node.int("axis") ?? 0
    keepsAxis = try node.flag("keepdims") ?? true
  }

  package var attributes: [Attribute] { [Attribute("axis", axis), Attribute("keepdims", keepsAxis)] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    guard let type = context.elementType(0) else { return }
    var element: [Dimension]? = context.dimensions(0)
    if let rank = element?.count {
      let axis: Int = try context.normalized(axis: self.axis, rank: rank)
      if context.hasInput(1) {
        element?[axis] = context.freshDimension()
      } else if keepsAxis {
        element?[axis] = 1
      } else {
        element?.remove(at: axis)
      }
    }
    context.setOutput(0, type: .sequence(.tensor(type, element)))
  }

  package func evaluate(_ inputs: [Value?], _ context: EvaluationContext) throws(ExecutionError) -> [Value?] {
    guard let input = inputs[0]?.tensor else { throw context.error(.invalidInput, "expected a tensor") }
    guard let axis = input.shape.normalized(axis: self.axis) else {
      throw context.error(.invalidInput, "axis \(self.axis) is out of range for rank \(input.shape.rank)")
    }
    let extent: Int = input.shape[axis]
    let split: Tensor? = inputs.count > 1 ? inputs[1]?.tensor : nil
    var lengths: [Int] = Array(repeating: 1, count: extent)
    if let split, let given = split.integers {
      lengths = given
      if split.shape.rank == 0, let length = given.first, length > 0 {
        lengths = stride(from: 0, to: extent, by: length).map { min(length, extent - $0) }
      }
    }
    guard lengths.allSatisfy({ $0 >= 0 && $0 <= extent }), lengths.reduce(0, +) == extent else {
      throw context.error(.invalidInput, "lengths \(lengths) don't sum up to the extent \(extent)")
    }
    guard !lengths.isEmpty else { return [.sequence([])] }
    let parts: [Value?] = try context.evaluate(
      SplitOp(axis: axis, partCount: lengths.count),
      [.tensor(input), .tensor(Tensor(lengths.map { Int64($0) }))], outputCount: lengths.count)
    guard split == nil, !keepsAxis else { return [.sequence(parts.compactMap { $0 })] }
    var shape: [Int] = input.shape.extents
    shape.remove(at: axis)
    return [.sequence(parts.compactMap { $0?.tensor.map { .tensor($0.reshaped(Shape(shape))) } })]
  }
}
