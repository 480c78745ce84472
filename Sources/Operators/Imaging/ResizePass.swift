internal import Graphs
internal import KernelInterface
internal import Tensors

/// One axis of `[outer, inLength, inner]` resampled to `[outer, outLength, inner]`.
struct ResizePass: Sendable {
  let outer: Int
  let inLength: Int
  let outLength: Int
  let inner: Int
  let taps: Int
  /// int32 and float32 or float64, `taps` for each output position.
  let positions: Tensor
  let weights: Tensor

  /// The elements of the result.
  var count: Int { outer &* outLength &* inner }

  init(shape: Shape, axis: Int, _ table: ResizeWeights, outLength: Int, inDouble: Bool) {
    outer = shape.count(0..<axis)
    inLength = shape[axis]
    self.outLength = outLength
    inner = shape.count((axis + 1)..<shape.rank)
    taps = table.taps
    positions = Tensor(table.positions)
    weights = inDouble ? Tensor(table.weights) : Tensor(table.weights.map { Float($0) })
  }

  /// Outer blocks of one task, and the tasks that one outer block is cut into.
  private var division: (blocks: Int, parts: Int) {
    let work: Int = max(1, outLength &* inner &* taps)
    let grain: Int = 1 << 16
    return work >= grain ? (1, min(outLength, (work &+ grain &- 1) / grain)) : (grain / work, 1)
  }

  func run(
    _ run: RunContext, _ out: UnsafeMutablePointer<Float>, _ input: UnsafePointer<Float>,
    _ kernels: ResizeKernels
  ) {
    forParts(run) { blocks, lines in
      let table: Int = lines.lowerBound &* taps
      kernels.weightedF32(
        out + (blocks.lowerBound &* outLength &+ lines.lowerBound) &* inner,
        input + blocks.lowerBound &* inLength &* inner, blocks.count, inLength, lines.count, inner,
        positions.base.assumingMemoryBound(to: Int32.self) + table,
        weights.base.assumingMemoryBound(to: Float.self) + table, taps)
    }
  }

  func run(_ run: RunContext, _ out: UnsafeMutablePointer<Double>, _ input: UnsafePointer<Double>) {
    let places = positions.base.assumingMemoryBound(to: Int32.self)
    let factors = weights.base.assumingMemoryBound(to: Double.self)
    forParts(run) { blocks, lines in
      for block in blocks {
        for line in lines {
          let to = out + (block &* outLength &+ line) &* inner
          let from = input + block &* inLength &* inner
          for place in 0..<inner { to[place] = 0 }
          for tap in line &* taps..<line &* taps &+ taps {
            let source = from + Int(places[tap]) &* inner
            for place in 0..<inner { to[place] += factors[tap] * source[place] }
          }
        }
      }
    }
  }

  /// Calls `body` for parts of the result: ranges of outer blocks, whole or cut along the axis.
  @inline(__always)
  private func forParts(_ run: RunContext, _ body: (_ blocks: Range<Int>, _ lines: Range<Int>) -> Void) {
    guard count > 0 else { return }
    let (blocks, parts) = division
    let length: Int = (outLength &+ parts &- 1) / parts
    let groups: Int = (outer &+ blocks &- 1) / blocks
    run.parallel(groups &* parts) { task, _ in
      let (group, part) = (task / parts, task % parts)
      let first: Int = group &* blocks
      let line: Int = min(part &* length, outLength)
      let range: Range<Int> = line..<min(line &+ length, outLength)
      if !range.isEmpty { body(first..<min(first &+ blocks, outer), range) }
    }
  }
}
