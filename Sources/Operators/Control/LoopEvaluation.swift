package import Graphs
package import Tensors

extension LoopOp {
  package func evaluate(_ inputs: [Value?], _ context: EvaluationContext) throws(ExecutionError) -> [Value?] {
    let formal: Int = body.formalInputCount
    let carriedCount: Int = formal - 2
    var limit: Int = Int.max
    if let value = inputs[0] {
      guard let tensor = value.tensor, tensor.count == 1, let number = tensor.integers?.first else {
        throw context.error(.invalidInput, "M must be one int64")
      }
      limit = number
    }
    var condition: Value = inputs[1] ?? .tensor(Tensor(scalar: true))
    var carried: [Value?] = Array(inputs[2..<formal])
    let captures: [Value?] = Array(inputs[body.captureRange])
    var stacks: [[Tensor]] = Array(repeating: [], count: body.graph.outputs.count - 1 - carriedCount)
    var iteration: Int = 0
    while iteration < limit {
      try context.limits.checkTime()
      guard let goesOn = condition.tensor?.condition else {
        throw context.error(.invalidData, "the condition must be one bool")
      }
      if !goesOn { break }
      let results: [Value?] = try context.graphs.run(
        body.graph, inputs: [.tensor(Tensor(scalar: Int64(iteration))), condition] + carried + captures)
      guard let next = results[0] else { throw context.error(.invalidData, "the body gives no condition") }
      condition = next
      carried = Array(results[1..<1 + carriedCount])
      for index in stacks.indices {
        guard let slice = results[1 + carriedCount + index]?.tensor else {
          throw context.error(.invalidData, "only tensors can be stacked")
        }
        stacks[index].append(slice)
      }
      iteration += 1
    }
    var outputs: [Value?] = carried
    var empty: [ValueType?]?
    for (index, slices) in stacks.enumerated() {
      if slices.isEmpty, empty == nil {
        let start: [Value?] = [.tensor(Tensor(scalar: Int64(0))), condition] + carried + captures
        empty = body.graph.outputTypes(for: start.map { $0?.type }, context)
      }
      let type: ValueType? = empty?[1 + carriedCount + index]
      outputs.append(.tensor(try stacked(slices, axis: 0, whenEmpty: type, context)))
    }
    return Array(outputs.prefix(context.wantsOutput.count))
  }
}
