/// Sums over one contiguous row, blocked: registers are summed in four chains over blocks of 32 registers,
/// and blocks in f64. The order of the additions depends on the length alone.

/// A mask of the first `count` lanes.
@_transparent func firstLanes(_ count: Int) -> SIMDMask<VI32> {
  laneNumbers() .< VI32(repeating: Int32(truncatingIfNeeded: count))
}

@_transparent func laneNumbers() -> VI32 {
  #if KERNELS_AVX512
    VI32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
  #elseif KERNELS_AVX2
    VI32(0, 1, 2, 3, 4, 5, 6, 7)
  #else
    VI32(0, 1, 2, 3)
  #endif
}

/// The sum of `body` over a row of `count` elements.
@_transparent
func sumRow(_ row: UnsafePointer<Float>, _ count: Int, _ body: (VF32) -> VF32) -> Double {
  let lanes: Int = F32Lanes.count
  let step: Int = 4 &* lanes
  var total: Double = 0
  var i: Int = 0
  while i < count {
    let left: Int = count &- i
    let end: Int = left < 8 &* step ? count : i &+ 8 &* step
    var a: VF32 = splat(0)
    var b: VF32 = splat(0)
    var c: VF32 = splat(0)
    var d: VF32 = splat(0)
    while i &+ step <= end {
      a += body(F32Lanes.load(row + i))
      b += body(F32Lanes.load(row + i + lanes))
      c += body(F32Lanes.load(row + i + 2 &* lanes))
      d += body(F32Lanes.load(row + i + 3 &* lanes))
      i &+= step
    }
    while i &+ lanes <= end {
      a += body(F32Lanes.load(row + i))
      i &+= lanes
    }
    if i < end {
      let rest: Int = end &- i
      b += select(firstLanes(rest), body(F32Lanes.load(row + i, rest)), splat(0))
      i = end
    }
    total += Double(F32Lanes.sum((a + b) + (c + d)))
  }
  return total
}

/// The largest element under `better`, which picks one of two registers and keeps NaN.
@_transparent
func extremeRow(
  _ row: UnsafePointer<Float>, _ count: Int, _ start: Float, _ better: (VF32, VF32) -> VF32
) -> Float {
  let lanes: Int = F32Lanes.count
  var a: VF32 = splat(start)
  var b: VF32 = splat(start)
  var i: Int = 0
  while i &+ 2 &* lanes <= count {
    a = better(a, F32Lanes.load(row + i))
    b = better(b, F32Lanes.load(row + i + lanes))
    i &+= 2 &* lanes
  }
  if i &+ lanes <= count {
    a = better(a, F32Lanes.load(row + i))
    i &+= lanes
  }
  let rest: Int = count &- i
  if rest > 0 {
    b = better(b, select(firstLanes(rest), F32Lanes.load(row + i, rest), splat(start)))
  }
  a = better(a, b)
  var distance: Int = lanes / 2
  while distance > 0 {
    a = better(a, exchange(a, distance))
    distance /= 2
  }
  return a[0]
}

/// The largest element of a row, NaN if there is one.
@_transparent func maximumOfRow(_ row: UnsafePointer<Float>, _ count: Int) -> Float {
  extremeRow(row, count, -.infinity, greater)
}
