internal import Graphs
internal import KernelInterface
internal import Tensors

/// A step that chooses between two tensors element by element, with broadcasting: inputs 0 (the
/// condition), 1 and 2 to output 0.
func selectStep(_ context: PrepareContext) throws(PlanError) -> Step {
  let (condition, left, right) = (context.input(0), context.input(1), context.input(2))
  let out: PrepareContext.Operand = context.output(0)
  let size: Int = out.elementType.byteWidth
  guard let kernel = context.kernels.binary.select(size) else { throw context.unsupported(out.elementType) }
  let plan = BroadcastPlan(output: out.shape, operands: [left.shape, right.shape, condition.shape])
  let slots = (condition: condition.slot, left: left.slot, right: right.slot, out: out.slot)
  return Step { run in
    let conditionBase: UnsafeMutableRawPointer = run.slots[slots.condition]
    let leftBase: UnsafeMutableRawPointer = run.slots[slots.left]
    let rightBase: UnsafeMutableRawPointer = run.slots[slots.right]
    let outBase: UnsafeMutableRawPointer = run.slots[slots.out]
    plan.forTiles(run) { offsets, rows, columns, _ in
      kernel(
        outBase + offsets[BroadcastPlan.output] &* size, conditionBase + offsets[2], plan.rowStrides[2],
        plan.steps[2],
        leftBase + offsets[0] &* size, rightBase + offsets[1] &* size,
        BinaryTile(
          rows: rows, columns: columns, outRowStride: plan.rowStrides[BroadcastPlan.output],
          leftRowStride: plan.rowStrides[0], leftStep: plan.steps[0],
          rightRowStride: plan.rowStrides[1], rightStep: plan.steps[1]))
    }
  }
}
