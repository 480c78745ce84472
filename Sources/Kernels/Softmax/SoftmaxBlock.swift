internal import KernelInterface

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// One block of a row of an online softmax, in f32.
func softmaxBlockF32(
  _ scores: UnsafeMutableRawPointer, _ count: Int, _ state: UnsafeMutablePointer<SoftmaxState>
) -> Double {
  let x: UnsafeMutablePointer<Float> = scores.assumingMemoryBound(to: Float.self)
  let before: Double = state.pointee.best
  let best: Double = joinedMaximum(before, Double(maximumOfRow(UnsafePointer(x), count)))
  let lanes: Int = F32Lanes.count
  if best == -.infinity {
    for i in 0..<count { x[i] = 0 }
    return 1
  }
  let shift: VF32 = splat(Float(best))
  var total: Double = 0
  var i: Int = 0
  while i < count {
    let end: Int = count &- i < 32 &* lanes ? count : i &+ 32 &* lanes
    var sum: VF32 = splat(0)
    while i &+ lanes <= end {
      let e: VF32 = shiftedExp(F32Lanes.load(x + i), shift)
      F32Lanes.store(e, x + i)
      sum += e
      i &+= lanes
    }
    let rest: Int = end &- i
    if rest > 0 {
      let e: VF32 = shiftedExp(F32Lanes.load(x + i, rest), shift)
      F32Lanes.store(e, x + i, rest)
      sum += select(firstLanes(rest), e, splat(0))
      i = end
    }
    total += Double(F32Lanes.sum(sum))
  }
  return advance(state, best, total)
}

/// One block of a row of an online softmax, in f64, through the C library.
func softmaxBlockF64(
  _ scores: UnsafeMutableRawPointer, _ count: Int, _ state: UnsafeMutablePointer<SoftmaxState>
) -> Double {
  let x: UnsafeMutablePointer<Double> = scores.assumingMemoryBound(to: Double.self)
  var best: Double = state.pointee.best
  for i in 0..<count { best = joinedMaximum(best, x[i]) }
  var total: Double = 0
  for i in 0..<count {
    x[i] = best == -.infinity ? 0 : exp(x[i] - best)
    total += x[i]
  }
  return best == -.infinity ? 1 : advance(state, best, total)
}

/// The larger one; NaN where either is.
@inline(__always) private func joinedMaximum(_ best: Double, _ next: Double) -> Double {
  best == best && !(next <= best) ? next : best
}

@inline(__always)
private func advance(_ state: UnsafeMutablePointer<SoftmaxState>, _ best: Double, _ total: Double) -> Double {
  let before: Double = state.pointee.best
  let factor: Double = before == -.infinity ? 0 : (before == best ? 1 : exp(before - best))
  state.pointee.best = best
  state.pointee.sum = state.pointee.sum * factor + total
  return factor
}
