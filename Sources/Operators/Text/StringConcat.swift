package import Graphs
package import Tensors

/// `StringConcat`: each string of `X` followed by the one of `Y`, broadcast.
///
/// ONNX operator set: StringConcat-20.
package struct StringConcatOp: ValueOperator {
  package static let schema = OperatorSchema(
    "StringConcat", since: [20],
    inputs: [Parameter("X", [.string]), Parameter("Y", [.string])],
    outputs: [Parameter("Z", [.string])])

  package init(_ node: inout NodeReader) throws(GraphError) {}

  package var attributes: [Attribute] { [] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    let shape: [Dimension]? = try context.broadcast([context.dimensions(0), context.dimensions(1)])
    context.setOutput(0, .string, shape)
  }

  package func evaluate(_ inputs: [Value?], _ context: EvaluationContext) throws(ExecutionError) -> [Value?] {
    let left: Tensor = try context.strings(inputs[0])
    let right: Tensor = try context.strings(inputs[1])
    guard let shape = Shape.broadcast(left.shape, right.shape) else {
      throw context.error(.shapeMismatch, "\(left.shape) and \(right.shape) don't broadcast")
    }
    let target: Value = .tensor(Tensor(shape.extents.map { Int64($0) }))
    let expand = ExpandOp()
    guard let first = try context.evaluate(expand, [.tensor(left), target])[0]?.tensor?.strings,
      let second = try context.evaluate(expand, [.tensor(right), target])[0]?.tensor?.strings
    else { throw context.error(.invalidInput, "expected strings") }
    return [.tensor(Tensor(strings: zip(first.elements, second.elements).map { $0 + $1 }, shape))]
  }
}

extension EvaluationContext {
  /// `value` as a tensor of strings.
  func strings(_ value: Value?) throws(ExecutionError) -> Tensor {
    guard let tensor = value?.tensor, tensor.elementType == .string else {
      throw error(.invalidInput, "expected a tensor of strings")
    }
    return tensor
  }
}
