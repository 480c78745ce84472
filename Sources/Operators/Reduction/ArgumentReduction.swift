internal import Graphs
internal import KernelInterface
internal import Tensors

/// What ArgMax and ArgMin share.
struct ArgumentReduction: Sendable {
  let axis: Int
  let keepsDimension: Bool
  let selectsLast: Bool

  init(_ node: NodeReader) throws(GraphError) {
    axis = try node.int("axis") ?? 0
    keepsDimension = try node.int("keepdims") ?? 1 != 0
    selectsLast = try node.int("select_last_index") ?? 0 != 0
  }

  var attributes: [Attribute] {
    [
      Attribute("axis", axis), Attribute("keepdims", keepsDimension),
      Attribute("select_last_index", selectsLast),
    ]
  }

  func infer(_ context: inout InferenceContext) throws(GraphError) {
    guard var dimensions = context.dimensions(0) else {
      context.setOutput(0, .int64, nil)
      return
    }
    let axis: Int = try context.normalized(axis: self.axis, rank: dimensions.count)
    guard dimensions[axis].value != 0 else {
      throw context.error(.shapeMismatch, "axis \(axis) is empty and has no extreme element")
    }
    if keepsDimension { dimensions[axis] = 1 } else { dimensions.remove(at: axis) }
    context.setOutput(0, .int64, dimensions)
  }

  func prepare(_ context: PrepareContext, _ kernels: (KernelElement) -> ArgumentKernel?)
    throws(PlanError) -> Step
  {
    let x: PrepareContext.Operand = context.input(0)
    guard let element = x.elementType.kernelElement, let kernel = kernels(element) else {
      throw context.unsupported(x.elementType)
    }
    let division = AxisDivision(x.shape.extents, axis: x.shape.normalized(axis: axis) ?? 0)
    let (xSlot, ySlot, size): (Int, Int, Int) = (x.slot, context.output(0).slot, element.size)
    let (outStride, rowStride): (Int, Int) = (division.whole.inner, division.whole.outerStride)
    let selectsLast: Bool = self.selectsLast
    return Step { run in
      let source = UnsafeRawPointer(run.slots[xSlot])
      let target = run.output(ySlot, as: Int64.self)
      division.run(run) { part, outer, inner in
        kernel(
          target + (outer &* outStride &+ inner), outStride,
          source + (outer &* rowStride &+ inner) &* size, part, selectsLast)
      }
    }
  }
}
