package import Graphs
package import Tensors

extension ScanOp {
  package func evaluate(_ inputs: [Value?], _ context: EvaluationContext) throws(ExecutionError) -> [Value?] {
    var carried: [Value?] = Array(inputs[0..<carriedCount])
    let captures: [Value?] = Array(inputs[body.captureRange])
    var scanned: [(tensor: Tensor, axis: Int)] = []
    for index in 0..<scanCount {
      guard let tensor = inputs[carriedCount + index]?.tensor,
        let axis = tensor.shape.normalized(axis: inputAxes[index])
      else { throw context.error(.invalidInput, "scan input \(index) lacks the axis to scan") }
      scanned.append((tensor, axis))
    }
    let count: Int = scanned.first.map { $0.tensor.shape[$0.axis] } ?? 0
    guard scanned.allSatisfy({ $0.tensor.shape[$0.axis] == count }) else {
      throw context.error(.shapeMismatch, "scan inputs have different numbers of slices")
    }
    var stacks: [[Tensor]] = Array(repeating: [], count: stackedCount)
    for iteration in 0..<count {
      try context.limits.checkTime()
      let slices: [Value?] = scanned.enumerated().map { index, entry in
        let position: Int = inputIsReversed[index] ? count - 1 - iteration : iteration
        return .tensor(StackedTensors.slice(entry.tensor, axis: entry.axis, index: position))
      }
      let results: [Value?] = try context.graphs.run(body.graph, inputs: carried + slices + captures)
      carried = Array(results[0..<carriedCount])
      for index in stacks.indices {
        guard let slice = results[carriedCount + index]?.tensor else {
          throw context.error(.invalidData, "only tensors can be stacked")
        }
        stacks[index].append(slice)
      }
    }
    var outputs: [Value?] = carried
    var empty: [ValueType?]?
    for (index, slices) in stacks.enumerated() {
      if slices.isEmpty, empty == nil { empty = emptyTypes(carried, scanned, captures, context) }
      outputs.append(
        .tensor(
          try stacked(
            outputIsReversed[index] ? slices.reversed() : slices, axis: outputAxes[index],
            whenEmpty: empty?[carriedCount + index], context)))
    }
    return Array(outputs.prefix(context.wantsOutput.count))
  }

  /// The types of the body's outputs for an iteration that never runs.
  private func emptyTypes(
    _ carried: [Value?], _ scanned: [(tensor: Tensor, axis: Int)], _ captures: [Value?],
    _ context: EvaluationContext
  ) -> [ValueType?] {
    let slices: [ValueType?] = scanned.map { entry in
      var shape: Shape = entry.tensor.shape
      shape.extents.remove(at: entry.axis)
      return .tensor(entry.tensor.elementType, shape)
    }
    return body.graph.outputTypes(
      for: carried.map { $0?.type } + slices + captures.map { $0?.type }, context)
  }
}
