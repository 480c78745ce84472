package import Graphs
package import Tensors

/// `Gather`: for each index the slice of `data` at that position along `axis`: the shape is data's with
/// the axis replaced by the shape of `indices`. Negative indices count from the back.
///
/// ONNX operator set: Gather-1 to 13. Refused while running: an index out of range.
package struct GatherOp: KernelOperator, ValueOperator {
  package static let schema = OperatorSchema(
    "Gather", since: [1, 11, 13],
    inputs: [Parameter("data", .all, variable: "T"), Parameter("indices", .indices)],
    outputs: [Parameter("output", .all, variable: "T")],
    attributes: ["axis"])

  package let axis: Int

  package init(_ node: inout NodeReader) throws(GraphError) { axis = try node.int("axis") ?? 0 }

  package init(axis: Int) { self.axis = axis }

  package var attributes: [Attribute] { [Attribute("axis", axis)] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    guard let data = context.dimensions(0) else {
      context.setOutput(0, context.elementType(0), nil)
      return
    }
    let axis: Int = try context.normalized(axis: self.axis, rank: data.count)
    guard let indices = context.dimensions(1) else {
      context.setOutput(0, context.elementType(0), nil)
      return
    }
    context.setOutput(0, context.elementType(0), data[..<axis] + indices + data[(axis + 1)...])
    guard let elements = context.symbolicElements(0), data.count == 1, indices.count <= 1,
      let positions = context.integers(1)
    else { return }
    var result: [Dimension] = []
    for position in positions {
      let index: Int = position < 0 ? position + elements.count : position
      guard elements.indices.contains(index) else {
        throw context.error(.invalidInput, "index \(position) is out of range for \(elements.count) elements")
      }
      result.append(elements[index])
    }
    context.setKnown(0, KnownValue(dimensions: result, isScalar: indices.isEmpty))
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    try context.moving { context throws(PlanError) in
      let data: Shape = context.input(0).shape
      let axis: Int = data.normalized(axis: self.axis) ?? 0
      let size: Int = context.input(0).elementType.byteWidth
      let rows = GatheredRows(
        outer: data.count(0..<axis), limit: data[axis], indexCount: context.input(1).shape.count,
        rowBytes: data.count((axis + 1)..<data.rank) &* size)
      if let table = context.input(0).constant, table.isDeferred {
        return rows.step(picking: table, context.input(1), context.output(0).slot)
      }
      let source: Int = context.input(0).slot
      let positions: Int = context.input(1).slot
      let target: Int = context.output(0).slot
      if context.input(1).elementType == .int64 {
        return Step { run throws(ExecutionError) in
          try rows.run(run, run.output(target), run.input(source), run.input(positions, as: Int64.self))
        }
      }
      return Step { run throws(ExecutionError) in
        try rows.run(run, run.output(target), run.input(source), run.input(positions, as: Int32.self))
      }
    }
  }

  package func evaluate(_ inputs: [Value?], _ context: EvaluationContext) throws(ExecutionError) -> [Value?] {
    try context.movingStrings(self, inputs, data: [0])
  }
}

/// Rows picked by index from each of `outer` blocks of `limit` rows.
struct GatheredRows: Sendable {
  let outer: Int
  let limit: Int
  let indexCount: Int
  let rowBytes: Int

  /// A step that has the rows it picks computed, and no others.
  func step(picking table: Tensor, _ indices: PrepareContext.Operand, _ target: Int) -> Step {
    let (positions, isLong): (Int, Bool) = (indices.slot, indices.elementType == .int64)
    return Step { run throws(ExecutionError) in
      if isLong {
        try pick(table, run, run.output(target), run.input(positions, as: Int64.self))
      } else {
        try pick(table, run, run.output(target), run.input(positions, as: Int32.self))
      }
    }
  }

  private func pick<Index: FixedWidthInteger>(
    _ table: Tensor, _ run: RunContext, _ out: UnsafeMutablePointer<UInt8>, _ indices: UnsafePointer<Index>
  ) throws(ExecutionError) {
    try check(indices)
    table.require(
      (0..<outer &* indexCount).lazy.map { row in
        let first: Int = sourceRow(row, indices) &* rowBytes
        return first..<first &+ rowBytes
      })
    try self.run(run, out, table.address.assumingMemoryBound(to: UInt8.self), indices)
  }

  func run<Index: FixedWidthInteger>(
    _ run: RunContext, _ out: UnsafeMutablePointer<UInt8>, _ input: UnsafePointer<UInt8>,
    _ indices: UnsafePointer<Index>
  ) throws(ExecutionError) {
    try check(indices)
    guard outer > 0, rowBytes > 0 else { return }
    run.forRanges(of: outer &* indexCount, grain: max(1, (1 << 16) / rowBytes)) { range, _ in
      copy(range, UnsafeMutableRawPointer(out), UnsafeRawPointer(input), indices)
    }
  }

  private func check<Index: FixedWidthInteger>(_ indices: UnsafePointer<Index>) throws(ExecutionError) {
    guard outer > 0 else { return }
    for position in 0..<indexCount {
      let index = Int(indices[position])
      guard index >= -limit, index < limit else {
        throw ExecutionError(
          .indexOutOfRange, "index \(index) is outside [\(-limit), \(limit - 1)] (element \(position))")
      }
    }
  }

  private func copy<Index: FixedWidthInteger>(
    _ range: Range<Int>, _ out: UnsafeMutableRawPointer, _ input: UnsafeRawPointer,
    _ indices: UnsafePointer<Index>
  ) {
    switch rowBytes {
    case 1: copy(range, out, input, indices, as: UInt8.self)
    case 2: copy(range, out, input, indices, as: UInt16.self)
    case 4: copy(range, out, input, indices, as: UInt32.self)
    case 8: copy(range, out, input, indices, as: UInt64.self)
    default:
      for row in range {
        (out + row &* rowBytes).copyMemory(
          from: input + sourceRow(row, indices) &* rowBytes, byteCount: rowBytes)
      }
    }
  }

  @inline(__always)
  private func copy<Index: FixedWidthInteger, Element: BitwiseCopyable>(
    _ range: Range<Int>, _ out: UnsafeMutableRawPointer, _ input: UnsafeRawPointer,
    _ indices: UnsafePointer<Index>, as type: Element.Type
  ) {
    let target = out.assumingMemoryBound(to: type)
    let source = input.assumingMemoryBound(to: type)
    for row in range { target[row] = source[sourceRow(row, indices)] }
  }

  @inline(__always)
  private func sourceRow<Index: FixedWidthInteger>(_ row: Int, _ indices: UnsafePointer<Index>) -> Int {
    let block: Int = row / indexCount
    let index = Int(indices[row &- block &* indexCount])
    return block &* limit &+ (index < 0 ? index &+ limit : index)
  }
}
