internal import Graphs
internal import KernelInterface
internal import Tensors

/// What Softmax, LogSoftmax and Hardmax share: one axis, and before operator set 13 a view of the input as a
/// matrix.
struct AxisNormalization: Sendable {
  let axis: Int

  init(axis: Int) { self.axis = axis }

  init(_ node: NodeReader) throws(GraphError) { axis = try node.int("axis") ?? -1 }

  var attributes: [Attribute] { [Attribute("axis", axis)] }

  func infer(_ context: inout InferenceContext) throws(GraphError) {
    if let rank = context.rank(0), rank > 0 || (axis != 0 && axis != -1) {
      _ = try context.normalized(axis: axis, rank: rank)
    }
    context.setOutput(0, context.elementType(0), context.dimensions(0))
  }

  func division(_ shape: Shape) -> AxisDivision {
    shape.rank == 0
      ? AxisDivision([1], axis: 0) : AxisDivision(shape.extents, axis: shape.normalized(axis: axis) ?? 0)
  }

  func prepare(_ context: PrepareContext, _ kernels: (KernelElement) -> SoftmaxKernel?) throws(PlanError)
    -> Step
  {
    let x: PrepareContext.Operand = context.input(0)
    guard let element = x.elementType.kernelElement, let kernel = kernels(element) else {
      throw context.unsupported(x.elementType)
    }
    let division: AxisDivision = self.division(x.shape)
    let (xSlot, ySlot, size): (Int, Int, Int) = (x.slot, context.output(0).slot, element.size)
    let rowStride: Int = division.whole.outerStride
    return Step { run in
      let source = UnsafeRawPointer(run.slots[xSlot])
      let target: UnsafeMutableRawPointer = run.slots[ySlot]
      division.run(run) { part, outer, inner in
        let offset: Int = (outer &* rowStride &+ inner) &* size
        kernel(target + offset, source + offset, part)
      }
    }
  }

  /// Before operator set 13 all axes from `axis` (1 if not given) on were one: the node as a Flatten, the
  /// operator over the last axis, and the way back. nil where the newest form has the same meaning.
  static func expandFlattened<Op: Operator>(
    _ type: Op.Type, _ node: NodeReader, into builder: inout GraphBuilder
  ) throws(GraphError) -> [ValueID?]? {
    guard node.version < 13 else { return nil }
    let axis: Int = try node.int("axis") ?? 1
    guard let input = node.inputs.first ?? nil else { return nil }
    if let rank = node.type(ofInput: 0)?.dimensions?.count {
      guard axis >= -rank, axis <= rank else {
        throw node.error(.invalidAttribute, "axis \(axis) is outside [\(-rank), \(rank)] for rank \(rank)")
      }
      if axis == -1 || axis == rank - 1 {
        return try builder.add(type, [Attribute("axis", -1)], inputs: [input])
      }
    }
    let shape: [ValueID] = try builder.add(ShapeOp.self, inputs: [input])
    let matrix: [ValueID] = try builder.add(FlattenOp.self, [Attribute("axis", axis)], inputs: [input])
    let result: [ValueID] = try builder.add(type, [Attribute("axis", -1)], inputs: [matrix[0]])
    return try builder.add(
      ReshapeOp.self, [Attribute("allowzero", 1)], inputs: [result[0], shape[0]])
  }
}
