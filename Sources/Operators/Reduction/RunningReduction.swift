internal import Graphs
internal import KernelInterface
internal import Tensors

/// What CumSum and CumProd share. The axis is data: it is read in each run.
struct RunningReduction: Sendable {
  let isExclusive: Bool
  let isReverse: Bool

  init(_ node: NodeReader) throws(GraphError) {
    isExclusive = try node.flag("exclusive") ?? false
    isReverse = try node.flag("reverse") ?? false
  }

  var attributes: [Attribute] { [Attribute("exclusive", isExclusive), Attribute("reverse", isReverse)] }

  func infer(_ context: inout InferenceContext) throws(GraphError) {
    if let axis = context.integers(1), let rank = context.rank(0) {
      guard axis.count == 1 else {
        throw context.error(.shapeMismatch, "axis must be one number, found \(axis.count)")
      }
      _ = try context.normalized(axis: axis[0], rank: rank)
    }
    context.setOutput(0, context.elementType(0), context.dimensions(0))
  }

  func prepare(_ context: PrepareContext, _ kernels: (KernelElement) -> CumulativeKernel?)
    throws(PlanError) -> Step
  {
    let x: PrepareContext.Operand = context.input(0)
    guard let element = x.elementType.kernelElement, let kernel = kernels(element) else {
      throw context.unsupported(x.elementType)
    }
    guard context.input(1).shape.count == 1 else {
      throw context.error(.invalidGraph, "axis must be one number")
    }
    let isWide: Bool = context.input(1).elementType == .int64
    let (extents, size): ([Int], Int) = (x.shape.extents, element.size)
    let (xSlot, axisSlot, ySlot): (Int, Int, Int) = (x.slot, context.input(1).slot, context.output(0).slot)
    let (isExclusive, isReverse): (Bool, Bool) = (self.isExclusive, self.isReverse)
    return Step { (run) throws(ExecutionError) in
      let given: Int =
        isWide ? Int(run.input(axisSlot, as: Int64.self)[0]) : Int(run.input(axisSlot, as: Int32.self)[0])
      let axis: Int = given < 0 ? given &+ extents.count : given
      guard axis >= 0, axis < extents.count else {
        throw ExecutionError(.indexOutOfRange, "axis \(given) is outside a rank of \(extents.count)")
      }
      let division = AxisDivision(extents, axis: axis)
      let source = UnsafeRawPointer(run.slots[xSlot])
      let target: UnsafeMutableRawPointer = run.slots[ySlot]
      let rowStride: Int = division.whole.outerStride
      division.run(run) { part, outer, inner in
        let offset: Int = (outer &* rowStride &+ inner) &* size
        kernel(target + offset, source + offset, part, isExclusive, isReverse)
      }
    }
  }
}
