internal import Graphs
internal import KernelInterface
internal import Tensors

/// A step that places input 0 in output 0, `before[k]` elements from the start of axis k (negative: so many
/// are cut off); what lies outside the output is left out. The rest of the output becomes the element in
/// slot `value`, or the one of `otherwise`.
func placementStep(_ context: PrepareContext, before: [Int], value: Int? = nil, otherwise: Tensor) -> Step {
  let input: Shape = context.input(0).shape
  let output: Shape = context.output(0).shape
  let (inStrides, outStrides): ([Int], [Int]) = (input.strides, output.strides)
  var sizes: [Int] = []
  var from: Int = 0
  var to: Int = 0
  for axis in 0..<input.rank {
    let first: Int = max(before[axis], 0)
    let skipped: Int = max(-before[axis], 0)
    sizes.append(max(0, min(input[axis] - skipped, output[axis] - first)))
    from &+= skipped &* inStrides[axis]
    to &+= first &* outStrides[axis]
  }
  let size: Int = context.output(0).elementType.byteWidth
  let copy = DividedCopy(
    CopyPlan(sizes: sizes, outStrides: outStrides, inStrides: inStrides), context.kernels.movement,
    elementSize: size, outOffset: to,
    inOffset: from)
  let source: Int = context.input(0).slot
  let target: Int = context.output(0).slot
  let count: Int = output.count
  let isWhole: Bool = sizes.reduce(1, &*) == count
  return Step { run in
    if !isWhole {
      let pattern: UnsafeRawPointer = value.map { UnsafeRawPointer(run.slots[$0]) } ?? otherwise.base
      run.forRanges(of: count, grain: 1 << 16) { range, _ in
        fillElements(run.slots[target] + range.lowerBound &* size, pattern, count: range.count, size: size)
      }
    }
    copy.run(run, from: source, to: target)
  }
}

extension Tensor {
  /// One element of zero bytes.
  static func zero(_ type: ElementType) -> Tensor {
    Tensor(type, [1], storage: Storage(byteCount: max(type.byteWidth, 1), zeroed: true))
  }
}
