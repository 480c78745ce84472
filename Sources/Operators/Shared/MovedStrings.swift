internal import Graphs
internal import Tensors

extension EvaluationContext {
  /// The outputs of `op`, which moves elements without looking at them, where its inputs `data` are
  /// tensors of strings: the operator moves their positions, and the strings follow. Position 0 is the
  /// empty string, so that it stands wherever the operator writes zeros.
  func movingStrings(_ op: any Operator, _ inputs: [Value?], data: [Int], outputCount: Int = 1)
    throws(ExecutionError) -> [Value?]
  {
    var table: [String] = [""]
    var positions: [Value?] = inputs
    for index in data {
      guard index < inputs.count, let value = inputs[index] else { continue }
      guard let tensor = value.tensor, let strings = tensor.strings else {
        throw error(.unsupportedType, "input \(index) must be a tensor of strings")
      }
      let first = Int64(table.count)
      positions[index] = .tensor(
        Tensor((0..<Int64(strings.elements.count)).map { first + $0 }, tensor.shape))
      table += strings.elements
    }
    let moved: [Value?] = try evaluate(op, positions, outputCount: outputCount)
    var results: [Value?] = []
    for value in moved {
      guard let tensor = value?.tensor, tensor.elementType == .int64 else {
        results.append(value)
        continue
      }
      let strings: [String] = tensor.elements(Int64.self).map { table[Int($0)] }
      results.append(.tensor(Tensor(strings: strings, tensor.shape)))
    }
    return results
  }
}
