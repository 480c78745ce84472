internal import Graphs
internal import KernelInterface
internal import Tensors

/// A step that copies the bytes of input 0 to output 0: what an operator that only renames elements does
/// where its output can't share its input's memory.
func copyStep(_ context: PrepareContext) -> Step {
  let source: Int = context.input(0).slot
  let target: Int = context.output(0).slot
  let type = context.output(0).elementType
  let count: Int = type.byteCount(of: context.output(0).shape.count) ?? 0
  return Step { run in
    guard run.slots[target] != run.slots[source] else { return }
    run.forRanges(of: count, grain: 1 << 18) { range, _ in
      (run.slots[target] + range.lowerBound).copyMemory(
        from: run.slots[source] + range.lowerBound, byteCount: range.count)
    }
  }
}

/// A step that copies from input 0 to output 0 by `plan`, whose strides are in elements of the output.
func copyStep(_ context: PrepareContext, _ plan: CopyPlan, inOffset: Int = 0) -> Step {
  let source: Int = context.input(0).slot
  let target: Int = context.output(0).slot
  let copy = DividedCopy(
    plan, context.kernels.movement, elementSize: context.output(0).elementType.byteWidth, inOffset: inOffset)
  return Step { run in copy.run(run, from: source, to: target) }
}
