internal import KernelInterface

let rooflineKernels = RooflineKernels(
  operationsPerRound: 2 * 12 * VF32.scalarCount,
  multiplyAddsF32: { multiplyAddsF32($0) }, readF32: { readF32($0, $1) })

/// Twelve chains of multiply-adds, which hide the latency of each other: `rounds` links of each.
@inline(never)
private func multiplyAddsF32(_ rounds: Int) -> Float {
  // A factor below 1 whose value the compiler doesn't know, so that sums stay finite and nothing folds.
  let factor: VF32 = splat(rounds < 0 ? 2 : 0.9990234375)
  let addend: VF32 = splat(rounds < 0 ? 3 : 0.5)
  var s0: VF32 = splat(0)
  var s1: VF32 = splat(1)
  var s2: VF32 = splat(2)
  var s3: VF32 = splat(3)
  var s4: VF32 = splat(4)
  var s5: VF32 = splat(5)
  var s6: VF32 = splat(6)
  var s7: VF32 = splat(7)
  var s8: VF32 = splat(8)
  var s9: VF32 = splat(9)
  var s10: VF32 = splat(10)
  var s11: VF32 = splat(11)
  var round: Int = 0
  while round < rounds {
    s0 = mulAdd(s0, factor, addend)
    s1 = mulAdd(s1, factor, addend)
    s2 = mulAdd(s2, factor, addend)
    s3 = mulAdd(s3, factor, addend)
    s4 = mulAdd(s4, factor, addend)
    s5 = mulAdd(s5, factor, addend)
    s6 = mulAdd(s6, factor, addend)
    s7 = mulAdd(s7, factor, addend)
    s8 = mulAdd(s8, factor, addend)
    s9 = mulAdd(s9, factor, addend)
    s10 = mulAdd(s10, factor, addend)
    s11 = mulAdd(s11, factor, addend)
    round += 1
  }
  let low: VF32 = (s0 + s1) + (s2 + s3)
  let middle: VF32 = (s4 + s5) + (s6 + s7)
  let high: VF32 = (s8 + s9) + (s10 + s11)
  return horizontalSum(low + middle + high)
}

/// Adds up `count` floats, eight registers at a time.
@inline(never)
private func readF32(_ source: UnsafePointer<Float>, _ count: Int) -> Float {
  let width: Int = VF32.scalarCount
  var s0: VF32 = splat(0)
  var s1: VF32 = splat(0)
  var s2: VF32 = splat(0)
  var s3: VF32 = splat(0)
  var s4: VF32 = splat(0)
  var s5: VF32 = splat(0)
  var s6: VF32 = splat(0)
  var s7: VF32 = splat(0)
  var from: UnsafePointer<Float> = source
  var left: Int = count
  while left >= 8 * width {
    s0 += F32Lanes.load(from)
    s1 += F32Lanes.load(from + width)
    s2 += F32Lanes.load(from + 2 * width)
    s3 += F32Lanes.load(from + 3 * width)
    s4 += F32Lanes.load(from + 4 * width)
    s5 += F32Lanes.load(from + 5 * width)
    s6 += F32Lanes.load(from + 6 * width)
    s7 += F32Lanes.load(from + 7 * width)
    from += 8 * width
    left -= 8 * width
  }
  var sum: Float = horizontalSum(((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7)))
  while left > 0 {
    sum += from.pointee
    from += 1
    left -= 1
  }
  return sum
}
