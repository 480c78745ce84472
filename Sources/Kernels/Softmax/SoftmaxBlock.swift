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
  if best == -.infinity {
    for i in 0..<count { x[i] = 0 }
    return 1
  }
  let total: Double = exponentialsOfRow(x, UnsafePointer(x), count, splat(Float(best)))
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
