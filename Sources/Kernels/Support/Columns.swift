/// Columns that lie side by side are walked a register at a time; the last register may be partly filled.
/// `registerLanes` is the number of columns from `i` on that belong to one register.
@_transparent func registerLanes(_ i: Int, _ count: Int) -> Int {
  let left: Int = count &- i
  return left < F32Lanes.count ? left : F32Lanes.count
}

@_transparent func loadColumns(_ pointer: UnsafePointer<Float>, _ lanes: Int) -> VF32 {
  lanes == F32Lanes.count ? F32Lanes.load(pointer) : F32Lanes.load(pointer, lanes)
}

@_transparent func storeColumns(_ value: VF32, _ pointer: UnsafeMutablePointer<Float>, _ lanes: Int) {
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

  @_transparent init() {}

  @_transparent mutating func add(_ x: VF32) {
    low += lowDouble(x)
    high += highDouble(x)
  }

  @_transparent mutating func multiply(_ x: VF32) {
    low *= lowDouble(x)
    high *= highDouble(x)
  }

  @_transparent var value: VF32 { narrow(low, high) }

  @_transparent func scaled(_ factor: Double) -> VF32 {
    let wide: VF64 = VF64(repeating: factor)
    return narrow(low * wide, high * wide)
  }
}
