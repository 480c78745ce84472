/// The loops that elementwise kernels of one operand are made of. `body` is called in one place only, so
/// that it is inlined however long it is. Each vector is read before it is written, so `out` may be `input`.
@_transparent
func mapF32(
  _ out: UnsafeMutableRawPointer, _ input: UnsafeRawPointer, _ count: Int, _ body: (VF32) -> VF32
) {
  let to: UnsafeMutablePointer<Float> = out.assumingMemoryBound(to: Float.self)
  let from: UnsafePointer<Float> = input.assumingMemoryBound(to: Float.self)
  let lanes: Int = F32Lanes.count
  var i: Int = 0
  while i < count {
    let rest: Int = count &- i
    let isWhole: Bool = rest >= lanes
    let value: VF32 = body(isWhole ? F32Lanes.load(from + i) : F32Lanes.load(from + i, rest))
    if isWhole { F32Lanes.store(value, to + i) } else { F32Lanes.store(value, to + i, rest) }
    i &+= lanes
  }
}

@_transparent
func mapF64(
  _ out: UnsafeMutableRawPointer, _ input: UnsafeRawPointer, _ count: Int, _ body: (VF64) -> VF64
) {
  let to: UnsafeMutablePointer<Double> = out.assumingMemoryBound(to: Double.self)
  let from: UnsafePointer<Double> = input.assumingMemoryBound(to: Double.self)
  let lanes: Int = F64Lanes.count
  var i: Int = 0
  while i < count {
    let rest: Int = count &- i
    let isWhole: Bool = rest >= lanes
    let value: VF64 = body(isWhole ? F64Lanes.load(from + i) : F64Lanes.load(from + i, rest))
    if isWhole { F64Lanes.store(value, to + i) } else { F64Lanes.store(value, to + i, rest) }
    i &+= lanes
  }
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
