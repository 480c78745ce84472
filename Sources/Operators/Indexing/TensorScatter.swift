package import Graphs
package import Tensors

/// `TensorScatter`: a cache with new steps written along `axis`, for each entry of the batch (axis 0) from
/// step `write_indices[entry]` on: `present[b, ..., write + i, ...] = update[b, ..., i, ...]`. In circular
/// mode steps beyond the end start over.
///
/// ONNX operator set: TensorScatter-24. Refused: the batch axis as `axis`, and while running steps beyond
/// the end in linear mode.
package struct TensorScatterOp: KernelOperator, ValueOperator, InPlaceOperator {
  package static let schema = OperatorSchema(
    "TensorScatter", since: [24],
    inputs: [
      Parameter("past_cache", .all, variable: "T"), Parameter("update", .all, variable: "T"),
      Parameter("write_indices", [.int64], .optional),
    ],
    outputs: [Parameter("present_cache", .all, variable: "T")],
    attributes: ["axis", "mode"])

  package let axis: Int
  package let isCircular: Bool

  package init(_ node: inout NodeReader) throws(GraphError) {
    axis = try node.int("axis") ?? -2
    let mode: String = try node.string("mode") ?? "linear"
    guard mode == "linear" || mode == "circular" else {
      throw node.error(.invalidAttribute, "attribute 'mode' must be linear or circular, found '\(mode)'")
    }
    isCircular = mode == "circular"
  }

  package var attributes: [Attribute] {
    [Attribute("axis", axis), Attribute("mode", isCircular ? "circular" : "linear")]
  }
  package var inPlaceInputs: [Int] { [0] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    if let cache = context.dimensions(0) {
      let axis: Int = try context.normalized(axis: self.axis, rank: cache.count)
      guard axis > 0 else { throw context.error(.invalidAttribute, "axis 0 is the batch") }
      if let update = context.dimensions(1) {
        guard update.count == cache.count else {
          throw context.error(.shapeMismatch, "update and cache must have one rank")
        }
        for other in cache.indices {
          guard let a = update[other].value, let b = cache[other].value else { continue }
          guard other == axis ? a <= b : a == b else {
            throw context.error(
              .shapeMismatch, "axis \(other) of the update has the extent \(a), the cache \(b)")
          }
        }
      }
      if let batch = cache[0].value, let writes = context.type(2)?.shape, writes != [batch] {
        throw context.error(.shapeMismatch, "write indices of shape \(writes) for a batch of \(batch)")
      }
    }
    context.setOutput(0, context.elementType(0), context.dimensions(0))
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    try context.moving { context throws(PlanError) in
      let cache: Shape = context.input(0).shape
      let axis: Int = cache.normalized(axis: self.axis) ?? 1
      let (limit, steps) = (cache[axis], context.input(1).shape[axis])
      let row: Int = cache.count((axis + 1)..<cache.rank) &* context.input(0).elementType.byteWidth
      let (batch, perEntry) = (cache[0], cache.count(1..<axis))
      let writes: Int? = context.optionalInput(2)?.slot
      let (update, target) = (context.input(1).slot, context.output(0).slot)
      let circular: Bool = isCircular
      let copy: Step = copyStep(context)
      return Step { run throws(ExecutionError) in
        let starts = writes.map { run.input($0, as: Int64.self) }
        if let starts {
          for entry in 0..<batch
          where starts[entry] < 0 || (!circular && starts[entry] > Int64(limit &- steps)) {
            throw ExecutionError(
              .indexOutOfRange, "\(steps) steps from \(starts[entry]) don't fit \(limit) (entry \(entry))")
          }
        }
        try copy.run(run)
        guard limit > 0 else { return }
        run.forRanges(of: batch &* perEntry, grain: max(1, (1 << 16) / max(1, row &* steps))) { range, _ in
          for block in range {
            let start: Int = starts.map { Int($0[block / perEntry]) % limit } ?? 0
            for step in 0..<steps {
              let place: Int = start &+ step < limit ? start &+ step : start &+ step &- limit
              (run.slots[target] + (block &* limit &+ place) &* row).copyMemory(
                from: run.slots[update] + (block &* steps &+ step) &* row, byteCount: row)
            }
          }
        }
      }
    }
  }

  package func evaluate(_ inputs: [Value?], _ context: EvaluationContext) throws(ExecutionError) -> [Value?] {
    try context.movingStrings(self, inputs, data: [0, 1])
  }
}
