internal import Graphs
internal import KernelInterface
internal import Tensors

/// The step of an `ElementwiseProgram` over tensors of one type.
///
/// Where each operand of a tile lies is written into a table at the beginning of the worker's scratch memory:
/// the tensors, the output, the scalars and parameters, what is kept, the registers. An instruction names its
/// operands by their places in the table. With a function of rows a tile is as many whole rows as fit.
struct ElementwiseStep {
  /// Bytes of the tensors, the output and the registers of a tile, so that it stays in the first cache.
  private static let tileBytes: Int = 32 << 10
  private static let outputPlace: Int = BroadcastPlan.output
  /// Elements of rows that are worth a task, whose functions take longer than those of elements.
  private static let rowGrain: Int = 1 << 13

  private struct Instruction: Sendable {
    var unary: UnaryKernel? = nil
    var binary: BinaryKernel? = nil
    var rows: RowKernel? = nil
    var alpha: Double = 0
    var beta: Double = 0
    let left: Source
    let right: Source
    let target: Int
  }

  /// An operand: its place in the table, and how far its rows and columns are apart.
  private struct Source: Sendable {
    let place: Int
    /// nil where rows are adjacent in a tile of any width.
    let rowStride: Int?
    let step: Int
  }

  private let plan: BroadcastPlan
  private let elementSize: Int
  private let instructions: [Instruction]
  private let tensorCount: Int
  /// Slots of the tensors, the output, the scalars and parameters and of what is kept, by place; a place
  /// without a tensor has the output's.
  private let slots: [Int]
  /// The place that moves with the output although it is none of the lanes.
  private let keptPlace: Int?
  private let registerCount: Int
  private let tileLimit: Int
  private let hasWholeRows: Bool

  init(_ program: ElementwiseProgram, kept: Int? = nil, _ context: PrepareContext) throws(PlanError) {
    let output: PrepareContext.Operand = context.output(0)
    let element: KernelElement = try context.kernelElement(output)
    let parameters: Set<Int> = program.parameters
    var tensors: [PrepareContext.Operand] = []
    var fixed: [PrepareContext.Operand] = []
    var places: [Int] = []
    for (index, input) in context.inputs.enumerated() {
      guard let input else { continue }
      if input.shape.count == 1 || parameters.contains(index) {
        places.append(Self.outputPlace + 1 + fixed.count)
        fixed.append(input)
      } else {
        places.append(tensors.count)
        tensors.append(input)
      }
    }
    guard tensors.count <= FusedElementwiseOp.mostTensors else {
      throw context.error(
        .unsupportedType, "expected at most \(FusedElementwiseOp.mostTensors) tensors, found \(tensors.count)"
      )
    }
    plan = try Self.plan(program, output.shape, tensors, context)
    elementSize = element.size
    tensorCount = tensors.count
    hasWholeRows = program.rows != nil
    var slots: [Int] = Array(repeating: output.slot, count: Self.outputPlace + 1)
    for (index, tensor) in tensors.enumerated() { slots[index] = tensor.slot }
    slots += fixed.map(\.slot)
    if kept != nil {
      keptPlace = slots.count
      slots.append(context.output(1).slot)
    } else {
      keptPlace = nil
    }
    self.slots = slots
    let registers = program.registers
    registerCount = registers.count
    tileLimit = Self.tileBytes / element.size / (tensors.count + 1 + registers.count) / 64 * 64
    let (plan, firstRegister) = (self.plan, slots.count)
    func place(_ value: Int) -> Int {
      if value == kept { return firstRegister - 1 }
      return registers.of[value].map { firstRegister + $0 } ?? Self.outputPlace
    }
    func source(_ operand: ElementwiseProgram.Operand) -> Source {
      switch operand {
      case .value(let index): Source(place: place(index), rowStride: nil, step: 1)
      case .input(let index) where places[index] < tensors.count:
        Source(
          place: places[index], rowStride: plan.rowStrides[places[index]], step: plan.steps[places[index]])
      case .input(let index): Source(place: places[index], rowStride: 0, step: 0)
      }
    }
    var compiled: [Instruction] = []
    for (index, instruction) in program.instructions.enumerated() {
      compiled.append(
        try Self.compiled(
          instruction.function, instruction.operands.map(source), target: place(index), element, context))
    }
    instructions = compiled
  }

  private static func plan(
    _ program: ElementwiseProgram, _ output: Shape, _ tensors: [PrepareContext.Operand],
    _ context: PrepareContext
  ) throws(PlanError) -> BroadcastPlan {
    let (shapes, strides): ([Shape], [[Int]]) = (tensors.map(\.shape), tensors.map(\.strides))
    guard let rows = program.rows?.function else {
      return BroadcastPlan(output: output, operands: shapes, strides: strides)
    }
    let plan: BroadcastPlan? =
      output.rank < rows.rank
      ? nil
      : BroadcastPlan(
        output: output, operands: shapes, strides: strides, rowsFrom: output.rank - rows.rank, grain: rowGrain
      )
    guard let plan else {
      throw context.error(.invalidGraph, "an input is broadcast along a part of the axes of a row")
    }
    return plan
  }

  private static func compiled(
    _ function: ElementwiseProgram.Function, _ operands: [Source], target: Int, _ element: KernelElement,
    _ context: PrepareContext
  ) throws(PlanError) -> Instruction {
    switch function {
    case .unary(let function, let alpha, let beta):
      guard let kernel = context.kernels.unary.kernel(function, element) else {
        throw context.unsupported(context.output(0).elementType)
      }
      return Instruction(
        unary: kernel, alpha: alpha, beta: beta, left: operands[0], right: operands[0], target: target)
    case .binary(let function):
      guard let kernel = context.kernels.binary.kernel(function, element) else {
        throw context.unsupported(context.output(0).elementType)
      }
      return Instruction(binary: kernel, left: operands[0], right: operands[1], target: target)
    case .rows(let function):
      let parameters: [Int] = operands.dropFirst().map(\.place)
      guard element == .float32,
        let kernel = RowKernel(
          function, gain: function.hasGain ? parameters.first : nil,
          offset: function.hasOffset ? parameters.last : nil, context.kernels)
      else { throw context.unsupported(context.output(0).elementType) }
      return Instruction(rows: kernel, left: operands[0], right: operands[0], target: target)
    }
  }

  func prepare(_ context: inout PrepareContext) -> Step {
    let tableBytes: Int = ((slots.count + registerCount) * 8 + 63) / 64 * 64
    let limit: Int = hasWholeRows ? max(tileLimit, (plan.columns + 15) / 16 * 16) : tileLimit
    let registerBytes: Int = limit * elementSize
    context.reserveScratch(tableBytes + registerCount * registerBytes)
    let (plan, elementSize, instructions, slots) = (
      self.plan, self.elementSize, self.instructions, self.slots
    )
    let (registerCount, tensorCount, keptPlace) = (self.registerCount, self.tensorCount, self.keptPlace)
    return Step { run in
      plan.forTiles(run) { offsets, rows, columns, worker in
        let scratch: UnsafeMutableRawPointer = run.scratch(worker)
        let table = scratch.assumingMemoryBound(to: UnsafeMutableRawPointer.self)
        for place in slots.indices { table[place] = run.slots[slots[place]] }
        for register in 0..<registerCount {
          let distance: Int = tableBytes &+ register &* registerBytes
          table[slots.count &+ register] = scratch.advanced(by: distance)
        }
        let width: Int = min(columns, limit)
        let height: Int = max(limit / max(width, 1), 1)
        var rowStart: BroadcastPlan.Offsets = offsets
        var row: Int = 0
        while row < rows {
          let tileRows: Int = min(height, rows &- row)
          var at: BroadcastPlan.Offsets = rowStart
          var column: Int = 0
          while column < columns {
            let tileColumns: Int = min(width, columns &- column)
            for lane in 0..<tensorCount {
              table[lane] = run.slots[slots[lane]].advanced(by: at[lane] &* elementSize)
            }
            let distance: Int = at[Self.outputPlace] &* elementSize
            table[Self.outputPlace] = run.slots[slots[Self.outputPlace]].advanced(by: distance)
            if let keptPlace { table[keptPlace] = run.slots[slots[keptPlace]].advanced(by: distance) }
            Self.runTile(instructions, table, rows: tileRows, columns: tileColumns, elementSize)
            column &+= tileColumns
            if column < columns { at = at &+ plan.steps &* tileColumns }
          }
          row &+= tileRows
          if row < rows { rowStart = rowStart &+ plan.rowStrides &* tileRows }
        }
      }
    }
  }

  /// Runs all instructions on one tile, whose operands lie where `table` says.
  private static func runTile(
    _ instructions: [Instruction], _ table: UnsafeMutablePointer<UnsafeMutableRawPointer>, rows: Int,
    columns: Int, _ elementSize: Int
  ) {
    instructions.withUnsafeBufferPointer { instructions in
      guard var next = instructions.baseAddress else { return }
      // Read in place: a copy would count references to all three kernels.
      for _ in 0..<instructions.count {
        let (source, other): (Source, Source) = (next.pointee.left, next.pointee.right)
        let left = UnsafeRawPointer(table[source.place])
        let leftStride: Int = source.rowStride ?? columns
        let target: UnsafeMutableRawPointer = table[next.pointee.target]
        if let unary = next.pointee.unary {
          // What has the output's shape lies dense, or its rows are apart.
          let parts: Int = leftStride == columns ? 1 : rows
          let count: Int = leftStride == columns ? rows &* columns : columns
          for part in 0..<parts {
            unary(
              target + part &* columns &* elementSize, left + part &* leftStride &* elementSize, count,
              next.pointee.alpha, next.pointee.beta)
          }
        } else if let binary = next.pointee.binary {
          binary(
            target, left, UnsafeRawPointer(table[other.place]),
            BinaryTile(
              rows: rows, columns: columns, outRowStride: columns, leftRowStride: leftStride,
              leftStep: source.step, rightRowStride: other.rowStride ?? columns, rightStep: other.step))
        } else if let kernel = next.pointee.rows {
          kernel.run(target, left, leftStride, table, rows: rows, columns: columns)
        }
        next += 1
      }
    }
  }
}
