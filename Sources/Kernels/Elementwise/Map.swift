/// The loops that elementwise kernels of one operand are made of: `body` is inlined into them. Each vector
/// is read before it is written, so `out` may be `input`.
@inline(__always)
func mapF32(
  _ out: UnsafeMutableRawPointer, _ input: UnsafeRawPointer, _ count: Int, _ body: (VF32) -> VF32
) {
  let to: UnsafeMutablePointer<Float> = out.assumingMemoryBound(to: Float.self)
  let from: UnsafePointer<Float> = input.assumingMemoryBound(to: Float.self)
  let lanes: Int = F32Lanes.count
  var i: Int = 0
  while i &+ lanes <= count {
    F32Lanes.store(body(F32Lanes.load(from + i)), to + i)
    i &+= lanes
  }
  let rest: Int = count &- i
  if rest > 0 { F32Lanes.store(body(F32Lanes.load(from + i, rest)), to + i, rest) }
}

@inline(__always)
func mapF64(
  _ out: UnsafeMutableRawPointer, _ input: UnsafeRawPointer, _ count: Int, _ body: (VF64) -> VF64
) {
  let to: UnsafeMutablePointer<Double> = out.assumingMemoryBound(to: Double.self)
  let from: UnsafePointer<Double> = input.assumingMemoryBound(to: Double.self)
  let lanes: Int = F64Lanes.count
  var i: Int = 0
  while i &+ lanes <= count {
    F64Lanes.store(body(F64Lanes.load(from + i)), to + i)
    i &+= lanes
  }
  let rest: Int = count &- i
  if rest > 0 { F64Lanes.store(body(F64Lanes.load(from + i, rest)), to + i, rest) }
}

/// One element at a time, from one type to another.
@inline(__always)
func mapScalars<From: BitwiseCopyable, To: BitwiseCopyable>(
  _ out: UnsafeMutableRawPointer, _ input: UnsafeRawPointer, _ count: Int, _ body: (From) -> To
) {
  let to: UnsafeMutablePointer<To> = out.assumingMemoryBound(to: To.self)
  let from: UnsafePointer<From> = input.assumingMemoryBound(to: From.self)
  var i: Int = 0
  while i < count {
    to[i] = body(from[i])
    i &+= 1
  }
}
