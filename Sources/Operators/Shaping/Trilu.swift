package import Graphs
package import Tensors

/// `Trilu`: the upper (or lower) triangle of each matrix in the last two axes, zeros elsewhere. `k` moves
/// the diagonal that still belongs to it: up where positive, down where negative.
///
/// ONNX operator set: Trilu-14.
package struct TriluOp: KernelOperator, ValueOperator {
  package static let schema = OperatorSchema(
    "Trilu", since: [14],
    inputs: [Parameter("input", .all, variable: "T"), Parameter("k", [.int64], .optional)],
    outputs: [Parameter("output", .all, variable: "T")],
    attributes: ["upper"])

  package let upper: Bool

  package init(_ node: inout NodeReader) throws(GraphError) { upper = try node.flag("upper") ?? true }

  package var attributes: [Attribute] { [Attribute("upper", upper)] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    if let rank = context.rank(0), rank < 2 {
      throw context.error(.shapeMismatch, "expected a rank of 2 or more, found \(rank)")
    }
    context.setOutput(0, context.elementType(0), context.dimensions(0))
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    try context.moving { context throws(PlanError) in
      let shape: Shape = context.input(0).shape
      let size: Int = context.input(0).elementType.byteWidth
      let rows: Int = shape[shape.rank - 2]
      let columns: Int = shape[shape.rank - 1]
      let lines: Int = shape.count == 0 ? 0 : shape.count / columns
      let diagonal: Int? = context.optionalInput(1)?.slot
      let source: Int = context.input(0).slot
      let target: Int = context.output(0).slot
      let upper: Bool = self.upper
      return Step { run in
        let shift = Int(clamping: diagonal.map { run.input($0, as: Int64.self).pointee } ?? 0)
        let k: Int = max(-rows, min(shift, columns))
        run.forRanges(of: lines, grain: max(1, (1 << 16) / max(columns, 1))) { range, _ in
          for line in range {
            // Where the diagonal's element, or the one after it, lies in this row.
            let edge: Int = max(0, min(line % rows &+ k &+ (upper ? 0 : 1), columns))
            let kept: Range<Int> = upper ? edge..<columns : 0..<edge
            let out: UnsafeMutableRawPointer = run.slots[target] + line &* columns &* size
            let input: UnsafeMutableRawPointer = run.slots[source] + line &* columns &* size
            out.initializeMemory(as: UInt8.self, repeating: 0, count: kept.lowerBound &* size)
            (out + kept.lowerBound &* size).copyMemory(
              from: input + kept.lowerBound &* size, byteCount: kept.count &* size)
            (out + kept.upperBound &* size).initializeMemory(
              as: UInt8.self, repeating: 0, count: (columns &- kept.upperBound) &* size)
          }
        }
      }
    }
  }

  package func evaluate(_ inputs: [Value?], _ context: EvaluationContext) throws(ExecutionError) -> [Value?] {
    try context.movingStrings(self, inputs, data: [0])
  }
}
