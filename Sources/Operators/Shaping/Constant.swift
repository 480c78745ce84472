package import Graphs
package import Tensors

/// `Constant`: a tensor given by one of the attributes `value`, `value_float`, `value_floats`,
/// `value_int`, `value_ints`, `value_string` and `value_strings`.
///
/// ONNX operator set: Constant-1 to 25. Refused: none or several of these attributes.
package struct ConstantOp: KernelOperator, ValueOperator {
  package static let schema = OperatorSchema(
    "Constant", since: [1, 9, 11, 12, 13, 19, 21, 23, 24, 25],
    inputs: [],
    outputs: [Parameter("output", .all, variable: "T")],
    attributes: [
      "value", "sparse_value", "value_float", "value_floats", "value_int", "value_ints", "value_string",
      "value_strings",
    ])

  package let value: Tensor

  package init(_ node: inout NodeReader) throws(GraphError) {
    var given: [Tensor] = []
    for name in ["value", "sparse_value"] {
      if let tensor = try node.tensor(name) { given.append(tensor) }
    }
    if let number = try node.float("value_float") { given.append(Tensor(scalar: number)) }
    if let numbers = try node.floats("value_floats") { given.append(Tensor(numbers)) }
    if let number = try node.int("value_int") { given.append(Tensor(scalar: Int64(number))) }
    if let numbers = try node.ints("value_ints") { given.append(Tensor(numbers.map { Int64($0) })) }
    if let text = try node.string("value_string") { given.append(Tensor(strings: [text], .scalar)) }
    if let texts = try node.strings("value_strings") { given.append(Tensor(strings: texts, [texts.count])) }
    guard given.count == 1 else {
      throw node.error(
        given.isEmpty ? .missingAttribute : .invalidAttribute,
        "expected one attribute with the value, found \(given.count)")
    }
    value = given[0]
  }

  package var attributes: [Attribute] { [Attribute("value", .tensor(value))] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    context.setOutput(0, type: .tensor(value.elementType, value.shape))
    context.setKnown(0, .tensor(value))
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    let tensor: Tensor = value
    let target: Int = context.output(0).slot
    return Step { run in
      run.slots[target].copyMemory(from: tensor.base, byteCount: tensor.byteCount)
    }
  }

  package func evaluate(_ inputs: [Value?], _ context: EvaluationContext) throws(ExecutionError) -> [Value?] {
    [.tensor(value)]
  }
}
