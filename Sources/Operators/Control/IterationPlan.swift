internal import Graphs
internal import Tensors

/// A planned body that runs again and again: Loop and Scan as a step.
///
/// Carried values live in two buffers each, one of which is the node's output: an iteration reads one and
/// writes the other, so that the last writes the output, and the first reads the node's input in place.
/// Slices along the outermost axis are read and written in place; along an inner axis they are gathered
/// and scattered. A run allocates nothing.
struct IterationPlan: Sendable {
  /// A value that is handed on.
  private struct Carried: Sendable {
    let input: Int
    let output: Int
    let bytes: Int
    let start: Int
    let end: Int
    let other: Int
  }

  /// A tensor that is cut into, or made of, a slice for each iteration: `rows` pieces of `pieceBytes`.
  fileprivate struct Sliced: Sendable {
    let index: Int
    let slot: Int
    let rows: Int
    let pieceBytes: Int
    let count: Int
    let isReversed: Bool
    /// Where a slice of several pieces is put together.
    let staging: Int
  }

  private let body: any Subplan
  private let inputCount: Int
  private let state: Int
  private let table: Int
  private var fixed: [(index: Int, slot: Int)] = []
  private var carried: [Carried] = []
  private var slicedInputs: [Sliced] = []
  private var slicedOutputs: [Sliced] = []

  /// `body` has `inputCount` inputs; the last ones are the captures of `subgraph`.
  init(_ body: any Subplan, _ subgraph: Subgraph, _ context: inout PrepareContext) {
    self.body = body
    inputCount = subgraph.graph.inputs.count
    state = context.temporary(body.stateBytes)
    table = context.temporary((inputCount + body.outputs.count) * MemoryLayout<Int>.stride)
    context.reserveScratch(body.scratchBytes)
    for (index, operand) in context.inputs[subgraph.captureRange].enumerated() {
      fixed.append((subgraph.formalInputCount + index, operand?.slot ?? 0))
    }
  }

  /// Body input `index` is always what is in `slot`.
  mutating func setInput(_ index: Int, slot: Int) { fixed.append((index, slot)) }

  /// Body output `index` always goes to `slot`.
  mutating func setOutput(_ index: Int, slot: Int) { fixed.append((inputCount + index, slot)) }

  /// Body output `output` is body input `input` of the next iteration. `start` is the node's input,
  /// `end` its output, nil where nobody wants it.
  mutating func carry(
    input: Int, output: Int, start: PrepareContext.Operand, end: PrepareContext.Operand?,
    _ context: inout PrepareContext
  ) throws(PlanError) {
    let result = body.outputs[output]
    guard result.type == start.elementType, result.shape == start.shape,
      end == nil || end?.shape == start.shape
    else { throw context.error(.unknownShape, "an iteration changes the shape of a carried value") }
    let bytes: Int = result.type.byteCount(of: result.shape.count) ?? 0
    carried.append(
      Carried(
        input: input, output: output, bytes: bytes, start: start.slot,
        end: end?.slot ?? context.temporary(bytes), other: context.temporary(bytes)))
  }

  /// Body input `input` is a slice of `operand` along `axis`, one for each iteration.
  mutating func slice(
    _ operand: PrepareContext.Operand, input: Int, axis: Int, isReversed: Bool,
    _ context: inout PrepareContext
  ) throws(PlanError) {
    slicedInputs.append(
      try sliced(
        operand.elementType, operand.shape, slot: operand.slot, index: input, axis: axis,
        isReversed: isReversed, &context))
  }

  /// Body output `output` is a slice of `operand` along `axis`, one for each iteration; nobody wants it
  /// where `operand` is nil.
  mutating func stack(
    _ operand: PrepareContext.Operand?, output: Int, axis: Int, isReversed: Bool, count: Int,
    _ context: inout PrepareContext
  ) throws(PlanError) {
    let result = body.outputs[output]
    guard let operand else {
      setOutput(output, slot: context.temporary(result.type.byteCount(of: result.shape.count) ?? 0))
      return
    }
    var extents: [Int] = result.shape.extents
    extents.insert(count, at: axis)
    guard operand.shape == Shape(extents), operand.elementType == result.type else {
      throw context.error(.unknownShape, "the shape of a stacked output depends on data")
    }
    slicedOutputs.append(
      try sliced(
        result.type, operand.shape, slot: operand.slot, index: inputCount + output, axis: axis,
        isReversed: isReversed, &context))
  }

  private func sliced(
    _ type: ElementType, _ shape: Shape, slot: Int, index: Int, axis: Int, isReversed: Bool,
    _ context: inout PrepareContext
  ) throws(PlanError) -> Sliced {
    guard type.byteWidth > 0 else {
      throw context.error(.unknownShape, "slices of packed elements are no whole bytes")
    }
    let rows: Int = shape.count(0..<axis)
    let piece: Int = shape.count(axis + 1..<shape.rank) * type.byteWidth
    return Sliced(
      index: index, slot: slot, rows: rows, pieceBytes: piece, count: shape[axis],
      isReversed: isReversed, staging: rows == 1 ? slot : context.temporary(rows * piece))
  }

  /// Runs at most `count` iterations. `before` is called with the number of each; `goesOn` after each
  /// says whether another may follow.
  @inline(__always)
  func run(
    _ run: RunContext, count: Int, before: (Int) -> Void = { _ in }, goesOn: () -> Bool = { true }
  ) throws(ExecutionError) {
    let inputs = run.output(table, as: UnsafeMutableRawPointer.self)
    for entry in fixed { inputs[entry.index] = run.slots[entry.slot] }
    for value in carried { inputs[value.input] = run.slots[value.start] }
    body.begin(state: run.slots[state])
    var context: RunContext = run
    var done: Int = 0
    while done < count {
      before(done)
      context.backwards = done & 1 == 1
      let writesEnd: Bool = (count &- done) & 1 == 1
      for value in carried {
        inputs[inputCount + value.output] = run.slots[writesEnd ? value.end : value.other]
      }
      for entry in slicedInputs { entry.read(done, run, inputs) }
      for entry in slicedOutputs { entry.aim(done, run, inputs) }
      try body.run(
        state: run.slots[state], inputs: UnsafePointer(inputs),
        outputs: UnsafePointer(inputs + inputCount), context: context)
      for entry in slicedOutputs where entry.rows != 1 { entry.write(done, run) }
      for value in carried { inputs[value.input] = inputs[inputCount + value.output] }
      done &+= 1
      if !goesOn() { break }
    }
    for value in carried where inputs[value.input] != run.slots[value.end] {
      run.slots[value.end].copyMemory(from: inputs[value.input], byteCount: value.bytes)
    }
  }
}

extension IterationPlan.Sliced {
  @inline(__always)
  private func position(_ iteration: Int) -> Int { isReversed ? count &- 1 &- iteration : iteration }

  /// Says where the slice of an iteration is, gathering it where it has several pieces.
  @inline(__always)
  func read(_ iteration: Int, _ run: RunContext, _ table: UnsafeMutablePointer<UnsafeMutableRawPointer>) {
    let first: UnsafeMutableRawPointer = run.slots[slot] + position(iteration) &* pieceBytes
    guard rows != 1 else {
      table[index] = first
      return
    }
    let target: UnsafeMutableRawPointer = run.slots[staging]
    for row in 0..<rows {
      (target + row &* pieceBytes).copyMemory(
        from: first + row &* count &* pieceBytes, byteCount: pieceBytes)
    }
    table[index] = target
  }

  /// Says where the slice of an iteration goes.
  @inline(__always)
  func aim(_ iteration: Int, _ run: RunContext, _ table: UnsafeMutablePointer<UnsafeMutableRawPointer>) {
    table[index] =
      rows == 1 ? run.slots[slot] + position(iteration) &* pieceBytes : run.slots[staging]
  }

  /// Scatters a slice of several pieces.
  @inline(__always)
  func write(_ iteration: Int, _ run: RunContext) {
    let first: UnsafeMutableRawPointer = run.slots[slot] + position(iteration) &* pieceBytes
    let source: UnsafeMutableRawPointer = run.slots[staging]
    for row in 0..<rows {
      (first + row &* count &* pieceBytes).copyMemory(
        from: source + row &* pieceBytes, byteCount: pieceBytes)
    }
  }
}
