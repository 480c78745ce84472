internal import KernelInterface

/// The least and the largest element of each lane of a panel, and 0; `invalid` becomes NaN where an element
/// is not finite.
struct LaneRanges {
  var least: UnsafeMutablePointer<Float>
  var largest: UnsafeMutablePointer<Float>
  var invalid: UnsafeMutablePointer<Float>

  @inline(never)
  func find(
    _ source: UnsafePointer<Float>, _ laneStride: Int, _ depthStride: Int, _ lanes: Int, _ depth: Int
  ) {
    for l in 0..<lanes {
      least[l] = 0
      largest[l] = 0
      invalid[l] = 0
    }
    if depthStride == 1 {
      for l in 0..<lanes { findLane(source + l * laneStride, l, depth) }
      return
    }
    for d in 0..<depth {
      let from: UnsafePointer<Float> = source + d * depthStride
      if laneStride == 1 {
        for l in 0..<lanes { include(from[l], l) }
      } else {
        for l in 0..<lanes { include(from[l * laneStride], l) }
      }
    }
  }

  @inline(__always) private func include(_ x: Float, _ l: Int) {
    least[l] = x < least[l] ? x : least[l]
    largest[l] = x > largest[l] ? x : largest[l]
    invalid[l] += x * 0
  }

  @inline(__always)
  private func findLane(_ source: UnsafePointer<Float>, _ l: Int, _ depth: Int) {
    let width: Int = F32Lanes.count
    var low: VF32 = F32Lanes.zero
    var high: VF32 = F32Lanes.zero
    var bad: VF32 = F32Lanes.zero
    var d: Int = 0
    while d < depth {
      let x: VF32 =
        d + width <= depth ? F32Lanes.load(source + d) : F32Lanes.load(source + d, depth - d)
      low = F32Lanes.minimum(x, low)
      high = F32Lanes.maximum(x, high)
      bad = bad + x * F32Lanes.zero
      d += width
    }
    for i in 0..<width {
      least[l] = low[i] < least[l] ? low[i] : least[l]
      largest[l] = high[i] > largest[l] ? high[i] : largest[l]
      invalid[l] += bad[i]
    }
  }
}
