internal import Graphs
internal import KernelInterface
internal import Tensors

/// A reduction over any set of axes brought to one axis: neighbouring axes that are all kept or all reduced
/// merge, and where the reduced ones lie apart, a transpose brings them together at the end.
struct ReductionGeometry: Sendable {
  /// The transpose to make first, nil for none.
  let gathering: CopyPlan?
  let division: AxisDivision

  init(_ shape: Shape, reducing axes: Set<Int>) {
    var sizes: [Int] = []
    var reduced: [Bool] = []
    for (axis, extent) in shape.extents.enumerated() where extent != 1 {
      let isReduced: Bool = axes.contains(axis)
      if reduced.last == isReduced {
        sizes[sizes.count - 1] *= extent
      } else {
        sizes.append(extent)
        reduced.append(isReduced)
      }
    }
    let runs: [Int] = reduced.indices.filter { reduced[$0] }
    let kept: [Int] = reduced.indices.filter { !reduced[$0] }
    let length: Int = runs.reduce(1) { $0 * sizes[$1] }
    if runs.count > 1 {
      gathering = CopyPlan.permutation(of: sizes, by: kept + runs)
      let outer: Int = kept.reduce(1) { $0 * sizes[$1] }
      division = AxisDivision(AxisShape(outer: outer, length: length, inner: 1))
      return
    }
    gathering = nil
    guard let run = runs.first else {
      division = AxisDivision(AxisShape(outer: 1, length: 1, inner: sizes.reduce(1, *)))
      return
    }
    let outer: Int = sizes[..<run].reduce(1, *)
    let inner: Int = sizes[(run + 1)...].reduce(1, *)
    division = AxisDivision(AxisShape(outer: outer, length: length, inner: inner))
  }

  /// A step that reduces the tensor in slot `x` into slot `y`.
  func step(
    _ context: inout PrepareContext, kernel: @escaping ReductionKernel, x: Int, y: Int, inputSize: Int,
    outputSize: Int
  ) -> Step {
    var gathered: Int?
    if gathering != nil {
      let whole: AxisShape = division.whole
      gathered = context.temporary(whole.outer * whole.length * inputSize)
    }
    let (plan, slot): (CopyPlan?, Int?) = (gathering, gathered)
    let (movement, division): (MovementKernels, AxisDivision) = (context.kernels.movement, self.division)
    let outStride: Int = division.whole.inner
    let rowStride: Int = division.whole.outerStride
    return Step { run in
      var source = UnsafeRawPointer(run.slots[x])
      if let plan, let slot {
        plan.run(movement, out: run.slots[slot], input: source, elementSize: inputSize)
        source = UnsafeRawPointer(run.slots[slot])
      }
      let target: UnsafeMutableRawPointer = run.slots[y]
      division.run(run) { part, outer, inner in
        kernel(
          target + (outer &* outStride &+ inner) &* outputSize, outStride,
          source + (outer &* rowStride &+ inner) &* inputSize, part)
      }
    }
  }
}
