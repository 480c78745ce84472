package import Graphs
internal import Tensors

/// `MaxUnpool`: writes each element of X to the position that MaxPool's `Indices` names, in a tensor of
/// zeros. Positions are flat, in the shape that follows from `kernel_shape`, `strides` and `pads`; a larger
/// `output_shape` places that tensor at its origin. A position outside is refused.
///
/// ONNX operator set: MaxUnpool-9 to 22.
package struct MaxUnpoolOp: KernelOperator {
  package static let schema = OperatorSchema(
    "MaxUnpool", since: [9, 11, 22],
    inputs: [
      Parameter("X", .floats, variable: "T1"), Parameter("I", [.int64]),
      Parameter("output_shape", [.int64], .optional),
    ],
    outputs: [Parameter("output", .floats, variable: "T1")],
    attributes: ["kernel_shape", "pads", "strides"])

  let window: Window

  package init(_ node: inout NodeReader) throws(GraphError) {
    window = try Window(node)
    guard window.kernel != nil else {
      throw node.error(.missingAttribute, "attribute 'kernel_shape' is required")
    }
  }

  package var attributes: [Attribute] { window.attributes.filter { $0.name != "auto_pad" } }

  /// The extent that pooling had along spatial axis `axis`.
  private func pooled(_ axis: Int, _ extent: Dimension) -> Dimension {
    let kernel: Int = window.kernel?[axis] ?? 1
    let (begin, end): (Int, Int) = window.padding(axis, input: 0, kernel: kernel)
    return (extent - 1) * Dimension(window.stride(axis)) + Dimension(kernel - begin - end)
  }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    guard let input = context.dimensions(0) else {
      context.setOutput(0, context.elementType(0), nil)
      return
    }
    guard input.count >= 3 else {
      throw context.error(.shapeMismatch, "X must have a rank of at least 3, found \(input.count)")
    }
    try window.check(rank: input.count - 2, context)
    if let other = context.type(1)?.shape, let own = context.type(0)?.shape, own != other {
      throw context.error(.shapeMismatch, "X has the shape \(own), I has \(other)")
    }
    var result: [Dimension] = [input[0], input[1]]
    for axis in 0..<input.count - 2 { result.append(pooled(axis, input[axis + 2])) }
    if context.hasInput(2) {
      let given: [Dimension] =
        context.knownDimensions(2) ?? input.map { _ in context.freshDimension() }
      guard given.count == input.count else {
        throw context.error(.shapeMismatch, "output_shape must have \(input.count) elements")
      }
      for (extent, own) in zip(given, result) {
        if let extent = extent.value, let own = own.value, extent < own {
          throw context.error(.shapeMismatch, "output_shape \(given) is smaller than \(result)")
        }
      }
      result = given
    }
    if let negative = result.first(where: { ($0.value ?? 0) < 0 }) {
      throw context.error(.shapeMismatch, "an axis would have \(negative) positions")
    }
    context.setOutput(0, context.elementType(0), result)
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    let (x, y): (Shape, Shape) = (context.input(0).shape, context.output(0).shape)
    var inner: [Int] = [x[0], x[1]]
    for axis in 0..<x.rank - 2 { inner.append(pooled(axis, Dimension(x[axis + 2])).value ?? 0) }
    let limit: Int = Shape(inner).count
    let table: OffsetTable? = inner == y.extents ? nil : OffsetTable(inner + y.strides)
    let rank: Int = inner.count
    let (count, width): (Int, Int) = (x.count, context.output(0).elementType.byteWidth)
    let bytes: Int = y.count * width
    let (xSlot, indexSlot, ySlot): (Int, Int, Int) = (
      context.input(0).slot, context.input(1).slot, context.output(0).slot
    )
    return Step { (run) throws(ExecutionError) in
      let indices = run.input(indexSlot, as: Int64.self)
      let source = UnsafeRawPointer(run.slots[xSlot])
      let target: UnsafeMutableRawPointer = run.slots[ySlot]
      target.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
      for element in 0..<count {
        let flat = Int(indices[element])
        guard flat >= 0, flat < limit else {
          throw ExecutionError(.indexOutOfRange, "position \(flat) is outside [0, \(limit - 1)]")
        }
        var position: Int = flat
        if let table {
          var rest: Int = flat
          position = 0
          for axis in (0..<rank).reversed() {
            position += rest % table.address[axis] * table.address[rank + axis]
            rest /= table.address[axis]
          }
        }
        (target + position * width).copyMemory(from: source + element * width, byteCount: width)
      }
    }
  }
}
