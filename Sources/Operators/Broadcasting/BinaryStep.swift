internal import Graphs
internal import KernelInterface
internal import Tensors

/// A step that applies a two-operand kernel with broadcasting: `out = f(left, right)`.
///
/// Operands whose type is not the kernel's are converted in blocks, on the way in and on the way out, so
/// that one kernel serves float16, bfloat16 and mixed types.
struct BinaryStep {
  let kernel: BinaryKernel
  /// The type of the kernel's operands and of its result.
  let compute: KernelElement
  let result: KernelElement
  var grain: Int = 1 << 15

  /// Elements that are converted at a time.
  private static let block: Int = 512

  /// The step for the node's inputs `left` and `right` and its output 0.
  func prepare(_ context: inout PrepareContext, left: Int = 0, right: Int = 1) throws(PlanError) -> Step {
    try prepare(&context, context.input(left), context.input(right), context.output(0))
  }

  /// The step for operands in any slots.
  func prepare(
    _ context: inout PrepareContext, _ left: PrepareContext.Operand, _ right: PrepareContext.Operand,
    _ out: PrepareContext.Operand
  ) throws(PlanError) -> Step {
    let leftElement: KernelElement = try context.kernelElement(left)
    let rightElement: KernelElement = try context.kernelElement(right)
    let outElement: KernelElement = try context.kernelElement(out)
    let plan = BroadcastPlan(output: out.shape, operands: [left.shape, right.shape], grain: grain)
    let slots = (left: left.slot, right: right.slot, out: out.slot)
    if leftElement == compute, rightElement == compute, outElement == result {
      return dense(plan, slots, size: compute.size, outSize: result.size)
    }
    context.reserveScratch(3 * Self.block * 8)
    return converting(
      plan, slots, Operand(leftElement, context.conversion(leftElement, compute)),
      Operand(rightElement, context.conversion(rightElement, compute)),
      Operand(outElement, context.conversion(result, outElement)))
  }

  private struct Operand: Sendable {
    let size: Int
    let convert: ConversionKernel?
    init(_ element: KernelElement, _ convert: ConversionKernel?) {
      size = element.size
      self.convert = convert
    }
  }

  private func dense(
    _ plan: BroadcastPlan, _ slots: (left: Int, right: Int, out: Int), size: Int, outSize: Int
  ) -> Step {
    let kernel: BinaryKernel = self.kernel
    return Step { run in
      let left: UnsafeMutableRawPointer = run.slots[slots.left]
      let right: UnsafeMutableRawPointer = run.slots[slots.right]
      let out: UnsafeMutableRawPointer = run.slots[slots.out]
      plan.forTiles(run) { offsets, rows, columns, _ in
        kernel(
          out + offsets[BroadcastPlan.output] &* outSize, left + offsets[0] &* size,
          right + offsets[1] &* size,
          BinaryTile(
            rows: rows, columns: columns, outRowStride: plan.rowStrides[BroadcastPlan.output],
            leftRowStride: plan.rowStrides[0], leftStep: plan.steps[0],
            rightRowStride: plan.rowStrides[1], rightStep: plan.steps[1]))
      }
    }
  }

  private func converting(
    _ plan: BroadcastPlan, _ slots: (left: Int, right: Int, out: Int), _ left: Operand, _ right: Operand,
    _ out: Operand
  ) -> Step {
    let kernel: BinaryKernel = self.kernel
    let block: Int = Self.block
    let (leftStep, rightStep) = (plan.steps[0], plan.steps[1])
    return Step { run in
      let leftBase: UnsafeMutableRawPointer = run.slots[slots.left]
      let rightBase: UnsafeMutableRawPointer = run.slots[slots.right]
      let outBase: UnsafeMutableRawPointer = run.slots[slots.out]
      plan.forTiles(run) { offsets, rows, columns, worker in
        let leftScratch: UnsafeMutableRawPointer = run.scratch(worker)
        let rightScratch: UnsafeMutableRawPointer = leftScratch + block &* 8
        let outScratch: UnsafeMutableRawPointer = rightScratch + block &* 8
        var row: Int = 0
        while row < rows {
          let start: BroadcastPlan.Offsets = offsets &+ plan.rowStrides &* row
          var column: Int = 0
          while column < columns {
            let count: Int = min(block, columns &- column)
            let at: BroadcastPlan.Offsets = start &+ plan.steps &* column
            var a = UnsafeRawPointer(leftBase + at[0] &* left.size)
            if let convert = left.convert {
              convert(leftScratch, a, leftStep == 0 ? 1 : count)
              a = UnsafeRawPointer(leftScratch)
            }
            var b = UnsafeRawPointer(rightBase + at[1] &* right.size)
            if let convert = right.convert {
              convert(rightScratch, b, rightStep == 0 ? 1 : count)
              b = UnsafeRawPointer(rightScratch)
            }
            let target: UnsafeMutableRawPointer = outBase + at[BroadcastPlan.output] &* out.size
            let tile = BinaryTile(count: count, leftStep: leftStep, rightStep: rightStep)
            if let convert = out.convert {
              kernel(outScratch, a, b, tile)
              convert(target, UnsafeRawPointer(outScratch), count)
            } else {
              kernel(target, a, b, tile)
            }
            column &+= count
          }
          row &+= 1
        }
      }
    }
  }
}
