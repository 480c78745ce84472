package import Graphs
package import Tensors

/// `ReverseSequence`: for each entry of the batch axis the first `sequence_lens[entry]` steps of the time
/// axis in reverse, the others as they are.
///
/// ONNX operator set: ReverseSequence-10 to 28. Refused: axes other than 0 and 1, and while running a length
/// outside the time axis.
package struct ReverseSequenceOp: KernelOperator, ValueOperator {
  package static let schema = OperatorSchema(
    "ReverseSequence", since: [10, 28],
    inputs: [Parameter("input", .all, variable: "T"), Parameter("sequence_lens", [.int64])],
    outputs: [Parameter("Y", .all, variable: "T")],
    attributes: ["batch_axis", "time_axis"])

  package let timeFirst: Bool

  package init(_ node: inout NodeReader) throws(GraphError) {
    let batch: Int = try node.int("batch_axis") ?? 1
    let time: Int = try node.int("time_axis") ?? 0
    guard (batch == 0 || batch == 1) && time == 1 - batch else {
      throw node.error(
        .invalidAttribute, "the batch and time axes must be 0 and 1, found \(batch) and \(time)")
    }
    timeFirst = time == 0
  }

  package var attributes: [Attribute] {
    [Attribute("batch_axis", timeFirst ? 1 : 0), Attribute("time_axis", timeFirst ? 0 : 1)]
  }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    if let input = context.dimensions(0) {
      guard input.count >= 2 else {
        throw context.error(.shapeMismatch, "expected a rank of 2 or more, found \(input.count)")
      }
      if let batch = input[timeFirst ? 1 : 0].value, let lengths = context.type(1)?.shape, lengths != [batch]
      {
        throw context.error(.shapeMismatch, "lengths of shape \(lengths) for a batch of \(batch)")
      }
    }
    context.setOutput(0, context.elementType(0), context.dimensions(0))
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    try context.moving { context throws(PlanError) in
      let shape: Shape = context.input(0).shape
      let (batch, time) = timeFirst ? (shape[1], shape[0]) : (shape[0], shape[1])
      let row: Int = shape.count(2..<shape.rank) &* context.input(0).elementType.byteWidth
      let (batchStride, timeStride) = timeFirst ? (row, row &* batch) : (row &* time, row)
      let (source, lengths, target) = (context.input(0).slot, context.input(1).slot, context.output(0).slot)
      return Step { run throws(ExecutionError) in
        let limits = run.input(lengths, as: Int64.self)
        for entry in 0..<batch where limits[entry] < 0 || limits[entry] > time {
          throw ExecutionError(
            .invalidData, "sequence length \(limits[entry]) is outside [0, \(time)] (entry \(entry))")
        }
        run.forRanges(of: batch, grain: max(1, (1 << 16) / max(1, row &* time))) { range, _ in
          for entry in range {
            let length = Int(limits[entry])
            for step in 0..<time {
              let from: Int = step < length ? length &- 1 &- step : step
              let base: Int = entry &* batchStride
              (run.slots[target] + base + step &* timeStride).copyMemory(
                from: run.slots[source] + base + from &* timeStride, byteCount: row)
            }
          }
        }
      }
    }
  }

  package func evaluate(_ inputs: [Value?], _ context: EvaluationContext) throws(ExecutionError) -> [Value?] {
    try context.movingStrings(self, inputs, data: [0])
  }
}
