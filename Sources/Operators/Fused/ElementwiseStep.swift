internal import Graphs
internal import KernelInterface
internal import Tensors

/// The step of an `ElementwiseProgram` over tensors of one type.
///
/// Where each operand of a tile lies is written into a table at the beginning of the worker's scratch memory:
/// the three tensors, the output, the scalars, the registers. An instruction names its operands by their
/// places in the table.
struct ElementwiseStep {
  /// Elements of a tile: with three tensors, an output and some registers of float32 it stays in 32 KB.
  private static let tileElements: Int = 1024
  private static let outputPlace: Int = BroadcastPlan.output

  private struct Instruction: Sendable {
    let unary: UnaryKernel?
    let binary: BinaryKernel?
    let alpha: Double
    let beta: Double
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
  /// Slots of the tensors, the output and the scalars, by place; a place without a tensor has the output's.
  private let slots: [Int]
  private let registerCount: Int

  init(_ program: ElementwiseProgram, _ context: PrepareContext) throws(PlanError) {
    let output: PrepareContext.Operand = context.output(0)
    let element: KernelElement = try context.kernelElement(output)
    var tensors: [PrepareContext.Operand] = []
    var scalars: [PrepareContext.Operand] = []
    var places: [Int] = []
    for case let input? in context.inputs {
      if input.shape.count == 1 {
        places.append(Self.outputPlace + 1 + scalars.count)
        scalars.append(input)
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
    plan = BroadcastPlan(output: output.shape, operands: tensors.map(\.shape))
    elementSize = element.size
    var slots: [Int] = Array(repeating: output.slot, count: Self.outputPlace + 1)
    for (index, tensor) in tensors.enumerated() { slots[index] = tensor.slot }
    self.slots = slots + scalars.map(\.slot)
    let registers = program.registers
    registerCount = registers.count
    let (plan, tensorCount, firstRegister) = (self.plan, tensors.count, self.slots.count)
    func source(_ operand: ElementwiseProgram.Operand) -> Source {
      switch operand {
      case .value(let index): Source(place: firstRegister + registers.of[index], rowStride: nil, step: 1)
      case .input(let index) where places[index] < tensorCount:
        Source(
          place: places[index], rowStride: plan.rowStrides[places[index]], step: plan.steps[places[index]])
      case .input(let index): Source(place: places[index], rowStride: 0, step: 0)
      }
    }
    var compiled: [Instruction] = []
    for (index, instruction) in program.instructions.enumerated() {
      let isLast: Bool = index == program.instructions.count - 1
      compiled.append(
        try Self.compiled(
          instruction.function, instruction.operands.map(source),
          target: isLast ? Self.outputPlace : firstRegister + registers.of[index], element, context))
    }
    instructions = compiled
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
        unary: kernel, binary: nil, alpha: alpha, beta: beta, left: operands[0], right: operands[0],
        target: target)
    case .binary(let function):
      guard let kernel = context.kernels.binary.kernel(function, element) else {
        throw context.unsupported(context.output(0).elementType)
      }
      return Instruction(
        unary: nil, binary: kernel, alpha: 0, beta: 0, left: operands[0], right: operands[1], target: target)
    }
  }

  func prepare(_ context: inout PrepareContext) -> Step {
    let tableBytes: Int = ((slots.count + registerCount) * 8 + 63) / 64 * 64
    let registerBytes: Int = Self.tileElements * elementSize
    context.reserveScratch(tableBytes + registerCount * registerBytes)
    let (plan, elementSize, instructions, slots) = (
      self.plan, self.elementSize, self.instructions, self.slots
    )
    let registerCount: Int = self.registerCount
    let limit: Int = Self.tileElements
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
        var row: Int = 0
        while row < rows {
          let tileRows: Int = min(height, rows &- row)
          var column: Int = 0
          while column < columns {
            let tileColumns: Int = min(width, columns &- column)
            let at: BroadcastPlan.Offsets =
              offsets &+ plan.rowStrides &* row &+ plan.steps &* column
            for lane in 0...BroadcastPlan.output {
              let distance: Int = at[lane] &* elementSize
              table[lane] = run.slots[slots[lane]].advanced(by: distance)
            }
            Self.runTile(instructions, table, rows: tileRows, columns: tileColumns)
            column &+= tileColumns
          }
          row &+= tileRows
        }
      }
    }
  }

  /// Runs all instructions on one tile, whose operands lie where `table` says.
  private static func runTile(
    _ instructions: [Instruction], _ table: UnsafeMutablePointer<UnsafeMutableRawPointer>, rows: Int,
    columns: Int
  ) {
    instructions.withUnsafeBufferPointer { instructions in
      for instruction in instructions {
        let left = UnsafeRawPointer(table[instruction.left.place])
        if let unary = instruction.unary {
          // What has the output's shape lies dense.
          unary(table[instruction.target], left, rows &* columns, instruction.alpha, instruction.beta)
        } else if let binary = instruction.binary {
          let right = UnsafeRawPointer(table[instruction.right.place])
          binary(
            table[instruction.target], left, right,
            BinaryTile(
              rows: rows, columns: columns, outRowStride: columns,
              leftRowStride: instruction.left.rowStride ?? columns, leftStep: instruction.left.step,
              rightRowStride: instruction.right.rowStride ?? columns, rightStep: instruction.right.step))
        }
      }
    }
  }
}
