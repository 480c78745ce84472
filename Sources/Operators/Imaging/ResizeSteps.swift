internal import Graphs
internal import KernelInterface
internal import Tensors

/// The steps of `Resize`: nearest elements are picked for all axes at once, sums are made axis by axis.
extension ResizeOp {
  func nearestStep(_ context: PrepareContext, _ axes: [ResizeAxis]) throws(PlanError) -> Step {
    let output = context.output(0)
    var tables: [[Int]] = []
    for axis in axes {
      var table: [Int] = axis.isIdentity ? Array(0..<axis.inLength) : axis.nearest(coordinates, rounding)
      if coordinates == .cropAndResize, !axis.isIdentity {
        for index in table.indices where axis.isOutside(axis.position(index, coordinates)) {
          table[index] = -1
        }
      }
      tables.append(table)
    }
    let copy = TableCopy(
      tables, input: context.input(0).shape, elementSize: output.elementType.byteWidth)
    let (source, target) = (context.input(0).slot, output.slot)
    guard tables.contains(where: { $0.contains(-1) }) else {
      return Step { run in copy.run(run, from: source, to: target) }
    }
    guard let value = output.elementType.visit(ElementOf(number: Double(extrapolation))) else {
      throw context.unsupported(output.elementType)
    }
    let fill: Step = fillStep(slot: target, pattern: value, count: output.shape.count)
    return Step { run throws(ExecutionError) in
      try fill.run(run)
      copy.run(run, from: source, to: target)
    }
  }

  func weightedStep(_ context: inout PrepareContext, _ axes: [ResizeAxis]) throws(PlanError) -> Step {
    let type: ElementType = context.input(0).elementType
    if type == .float32 { return weightedF32Step(&context, axes) }
    if type.isHalfFloat {
      return try context.widened { context throws(PlanError) in weightedF32Step(&context, axes) }
    }
    let input = context.input(0)
    let output = context.output(0)
    let passes: [ResizePass] = passes(input.shape, axes, inDouble: true)
    guard type != .bool, let load = type.visit(DoubleLoader(slot: input.slot, count: input.shape.count)),
      let store = type.visit(DoubleStorer(slot: output.slot, count: output.shape.count))
    else { throw context.unsupported(type) }
    let largest: Int = max(input.shape.count, passes.map(\.count).max() ?? 0)
    let first: Int = context.temporary(largest &* 8)
    let second: Int = context.temporary(largest &* 8)
    let outside: OutsideFill? = outsideFill(output.shape, axes)
    let value = Double(extrapolation)
    return Step { run in
      var (from, to) = (run.output(first, as: Double.self), run.output(second, as: Double.self))
      load(run, from)
      for pass in passes {
        pass.run(run, to, from)
        swap(&from, &to)
      }
      outside?.fill(from, value)
      store(run, from)
    }
  }

  private func weightedF32Step(_ context: inout PrepareContext, _ axes: [ResizeAxis]) -> Step {
    let output = context.output(0)
    let passes: [ResizePass] = passes(context.input(0).shape, axes, inDouble: false)
    guard !passes.isEmpty else { return copyStep(context) }
    // The last pass writes the output; those before it take turns with two temporaries.
    var slots: [Int] = [context.input(0).slot]
    let between: Int = passes.dropLast().map(\.count).max() ?? 0
    let temporaries: [Int] = passes.count > 1 ? [context.temporary(between &* 4)] : []
    let others: [Int] = passes.count > 2 ? temporaries + [context.temporary(between &* 4)] : temporaries
    for index in passes.indices.dropLast() { slots.append(others[index % others.count]) }
    slots.append(output.slot)
    let kernels: ResizeKernels = context.kernels.resize
    let outside: OutsideFill? = outsideFill(output.shape, axes)
    let (value, target, chain) = (extrapolation, output.slot, slots)
    return Step { run in
      for index in passes.indices {
        passes[index].run(run, run.output(chain[index + 1]), run.input(chain[index]), kernels)
      }
      outside?.fill(run.output(target, as: Float.self), value)
    }
  }

  private func passes(_ shape: Shape, _ axes: [ResizeAxis], inDouble: Bool) -> [ResizePass] {
    var current: Shape = shape
    var result: [ResizePass] = []
    let a = Double(cubicCoefficient)
    for (index, axis) in axes.enumerated() where !axis.isIdentity {
      let isLinear: Bool = mode == .linear
      let table = ResizeWeights(
        axis, coordinates, radius: isLinear ? 1 : 2, antialias: antialias, excludesOutside: excludesOutside,
        filter: { isLinear ? ResizeWeights.linear($0) : ResizeWeights.cubic($0, a: a) })
      result.append(
        ResizePass(shape: current, axis: index, table, outLength: axis.outLength, inDouble: inDouble))
      current[index] = axis.outLength
    }
    return result
  }

  private func outsideFill(_ shape: Shape, _ axes: [ResizeAxis]) -> OutsideFill? {
    guard coordinates == .cropAndResize else { return nil }
    let outside: [[Bool]] = axes.map { axis in
      (0..<axis.outLength).map { !axis.isIdentity && axis.isOutside(axis.position($0, coordinates)) }
    }
    return outside.contains { $0.contains(true) } ? OutsideFill(outside: outside, count: shape.count) : nil
  }
}

/// Overwrites the elements that lie outside along any axis.
private struct OutsideFill: Sendable {
  let outside: [[Bool]]
  let count: Int

  func fill<Element: BitwiseCopyable>(_ out: UnsafeMutablePointer<Element>, _ value: Element) {
    for position in 0..<count {
      var rest: Int = position
      var axis: Int = outside.count &- 1
      while axis >= 0 {
        let extent: Int = outside[axis].count
        if outside[axis][rest % extent] {
          out[position] = value
          break
        }
        rest /= extent
        axis &-= 1
      }
    }
  }
}
