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
    if depthStride == 1 {
      for l in 0..<lanes { findLane(source + l * laneStride, l, depth) }
      return
    }
    for l in 0..<lanes {
      least[l] = 0
      largest[l] = 0
      invalid[l] = 0
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
    var otherLow: VF32 = F32Lanes.zero
    var otherHigh: VF32 = F32Lanes.zero
    var otherBad: VF32 = F32Lanes.zero
    var d: Int = 0
    while d + 2 * width <= depth {
      let x: VF32 = F32Lanes.load(source + d)
      let y: VF32 = F32Lanes.load(source + d + width)
      low = F32Lanes.minimum(x, low)
      high = F32Lanes.maximum(x, high)
      bad = F32Lanes.mulAdd(x, F32Lanes.zero, bad)
      otherLow = F32Lanes.minimum(y, otherLow)
      otherHigh = F32Lanes.maximum(y, otherHigh)
      otherBad = F32Lanes.mulAdd(y, F32Lanes.zero, otherBad)
      d += 2 * width
    }
    while d < depth {
      let x: VF32 =
        d + width <= depth ? F32Lanes.load(source + d) : F32Lanes.load(source + d, depth - d)
      low = F32Lanes.minimum(x, low)
      high = F32Lanes.maximum(x, high)
      bad = F32Lanes.mulAdd(x, F32Lanes.zero, bad)
      d += width
    }
    least[l] = -horizontalMaximum(-F32Lanes.minimum(low, otherLow))
    largest[l] = horizontalMaximum(F32Lanes.maximum(high, otherHigh))
    invalid[l] = F32Lanes.sum(bad + otherBad)
  }
}
