/// Walks `count` neighbouring columns a register at a time: `body(offset, lanes)`, `lanes` below the register's width in
/// the last call only. Columns are read with `loadColumns` and written with `storeColumns`.
@inline(__always)
func forEachRegister(_ count: Int, _ body: (Int, Int) -> Void) {
  let lanes: Int = F32Lanes.count
  var i: Int = 0
  while i < count {
    let left: Int = count &- i
    body(i, left < lanes ? left : lanes)
    i &+= lanes
  }
}

@inline(__always) func loadColumns(_ pointer: UnsafePointer<Float>, _ lanes: Int) -> VF32 {
  lanes == F32Lanes.count ? F32Lanes.load(pointer) : F32Lanes.load(pointer, lanes)
}

@inline(__always) func storeColumns(_ value: VF32, _ pointer: UnsafeMutablePointer<Float>, _ lanes: Int) {
  if lanes == F32Lanes.count {
    F32Lanes.store(value, pointer)
  } else {
    F32Lanes.store(value, pointer, lanes)
  }
}

/// A register of sums in f64.
struct WideSum {
  var low: VF64 = VF64(repeating: 0)
  var high: VF64 = VF64(repeating: 0)

  @inline(__always) init() {}

  @inline(__always) mutating func add(_ x: VF32) {
    low += lowDouble(x)
    high += highDouble(x)
  }

  @inline(__always) mutating func multiply(_ x: VF32) {
    low *= lowDouble(x)
    high *= highDouble(x)
  }

  @inline(__always) var value: VF32 { narrow(low, high) }

  @inline(__always) func scaled(_ factor: Double) -> VF32 {
    let wide: VF64 = VF64(repeating: factor)
    return narrow(low * wide, high * wide)
  }
}
