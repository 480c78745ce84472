package import Graphs
package import Tensors

/// `ConcatFromSequence`: the tensors of a sequence one after another along `axis`, which is a new one where
/// `new_axis` is 1.
///
/// ONNX operator set: ConcatFromSequence-11. Refused while running: an empty sequence, shapes that don't fit.
package struct ConcatFromSequenceOp: ValueOperator {
  package static let schema = OperatorSchema(
    "ConcatFromSequence", since: [11],
    inputs: [Parameter("input_sequence", [], allowsContainers: true)],
    outputs: [Parameter("concat_result", .all)],
    attributes: ["axis", "new_axis"])

  package let axis: Int
  package let addsAxis: Bool

  package init(_ node: inout NodeReader) throws(GraphError) {
    axis = try node.required("axis", try node.int("axis"))
    addsAxis = try node.flag("new_axis") ?? false
  }

  package var attributes: [Attribute] { [Attribute("axis", axis), Attribute("new_axis", addsAxis)] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    guard case .tensor(let type, let element)? = try context.elementOfSequence(0) else { return }
    guard var result = element else {
      context.setOutput(0, type, nil)
      return
    }
    let axis: Int = try context.normalized(axis: self.axis, rank: result.count + (addsAxis ? 1 : 0))
    if addsAxis {
      result.insert(context.freshDimension(), at: axis)
    } else {
      result[axis] = context.freshDimension()
    }
    context.setOutput(0, type, result)
  }

  package func evaluate(_ inputs: [Value?], _ context: EvaluationContext) throws(ExecutionError) -> [Value?] {
    var tensors: [Tensor] = try context.sequence(inputs, 0).compactMap(\.tensor)
    guard let rank = tensors.first?.shape.rank else {
      throw context.error(.invalidInput, "the sequence is empty")
    }
    if addsAxis {
      guard axis >= -rank - 1, axis <= rank, tensors.allSatisfy({ $0.shape.rank == rank }) else {
        throw context.error(.shapeMismatch, "tensors of rank \(rank) can't be stacked along axis \(axis)")
      }
      let place: Int = axis < 0 ? axis + rank + 1 : axis
      tensors = tensors.map { tensor in
        var extents: [Int] = tensor.shape.extents
        extents.insert(1, at: place)
        return tensor.reshaped(Shape(extents))
      }
    }
    return try context.evaluate(ConcatOp(axis: axis), tensors.map { .tensor($0) })
  }
}
