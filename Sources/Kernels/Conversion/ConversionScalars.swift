internal import KernelInterface

/// Conversions of f32, f64 and integers, one element at a time; the compiler vectorizes them.

func fromFloat32(_ to: KernelElement) -> ConversionKernel {
  switch to {
  case .float64: return { mapScalars($0, $1, $2) { (x: Float) in Double(x) } }
  case .int8: return { mapScalars($0, $1, $2) { (x: Float) in Int8(truncatingIfNeeded: toInt32(x)) } }
  case .uint8: return { mapScalars($0, $1, $2) { (x: Float) in UInt8(truncatingIfNeeded: toInt32(x)) } }
  case .int16: return { mapScalars($0, $1, $2) { (x: Float) in Int16(truncatingIfNeeded: toInt32(x)) } }
  case .uint16: return { mapScalars($0, $1, $2) { (x: Float) in UInt16(truncatingIfNeeded: toInt32(x)) } }
  case .int32: return { mapScalars($0, $1, $2) { (x: Float) in toInt32(x) } }
  case .uint32: return { mapScalars($0, $1, $2) { (x: Float) in toUInt32(Double(x)) } }
  case .int64: return { mapScalars($0, $1, $2) { (x: Float) in saturatedInt64(Double(x)) } }
  case .uint64: return { mapScalars($0, $1, $2) { (x: Float) in toUInt64(Double(x)) } }
  default: return { mapScalars($0, $1, $2) { (x: Float) -> UInt8 in x != 0 ? 1 : 0 } }
  }
}

func fromFloat64(_ to: KernelElement) -> ConversionKernel {
  switch to {
  case .float32: return { mapScalars($0, $1, $2) { (x: Double) in Float(x) } }
  case .int8: return { mapScalars($0, $1, $2) { (x: Double) in Int8(truncatingIfNeeded: toInt32(x)) } }
  case .uint8: return { mapScalars($0, $1, $2) { (x: Double) in UInt8(truncatingIfNeeded: toInt32(x)) } }
  case .int16: return { mapScalars($0, $1, $2) { (x: Double) in Int16(truncatingIfNeeded: toInt32(x)) } }
  case .uint16: return { mapScalars($0, $1, $2) { (x: Double) in UInt16(truncatingIfNeeded: toInt32(x)) } }
  case .int32: return { mapScalars($0, $1, $2) { (x: Double) in toInt32(x) } }
  case .uint32: return { mapScalars($0, $1, $2) { (x: Double) in toUInt32(x) } }
  case .int64: return { mapScalars($0, $1, $2) { (x: Double) in saturatedInt64(x) } }
  case .uint64: return { mapScalars($0, $1, $2) { (x: Double) in toUInt64(x) } }
  default: return { mapScalars($0, $1, $2) { (x: Double) -> UInt8 in x != 0 ? 1 : 0 } }
  }
}

func fromInteger<T: KernelInteger>(_ type: T.Type, _ to: KernelElement) -> ConversionKernel {
  switch to {
  case .float32: return { mapScalars($0, $1, $2) { (x: T) in Float(x) } }
  case .float64: return { mapScalars($0, $1, $2) { (x: T) in Double(x) } }
  case .int8: return { mapScalars($0, $1, $2) { (x: T) in Int8(truncatingIfNeeded: x) } }
  case .uint8: return { mapScalars($0, $1, $2) { (x: T) in UInt8(truncatingIfNeeded: x) } }
  case .int16: return { mapScalars($0, $1, $2) { (x: T) in Int16(truncatingIfNeeded: x) } }
  case .uint16: return { mapScalars($0, $1, $2) { (x: T) in UInt16(truncatingIfNeeded: x) } }
  case .int32: return { mapScalars($0, $1, $2) { (x: T) in Int32(truncatingIfNeeded: x) } }
  case .uint32: return { mapScalars($0, $1, $2) { (x: T) in UInt32(truncatingIfNeeded: x) } }
  case .int64: return { mapScalars($0, $1, $2) { (x: T) in Int64(truncatingIfNeeded: x) } }
  case .uint64: return { mapScalars($0, $1, $2) { (x: T) in UInt64(truncatingIfNeeded: x) } }
  default: return { mapScalars($0, $1, $2) { (x: T) -> UInt8 in x != 0 ? 1 : 0 } }
  }
}

/// Truncation toward zero, saturating; NaN gives 0.
@inline(__always) private func toInt32(_ x: Float) -> Int32 {
  let bounded: Float = x >= -2_147_483_648 ? x : -2_147_483_648
  let inside: Int32 = Int32(bounded < 2_147_483_648 ? bounded : 0)
  let saturated: Int32 = x >= 2_147_483_648 ? Int32.max : inside
  return x == x ? saturated : 0
}

@inline(__always) private func toInt32(_ x: Double) -> Int32 {
  let bounded: Double = x >= -2_147_483_648 ? x : -2_147_483_648
  let inside: Int32 = Int32(bounded < 2_147_483_648 ? bounded : 0)
  let saturated: Int32 = x >= 2_147_483_648 ? Int32.max : inside
  return x == x ? saturated : 0
}

@inline(__always) private func toUInt32(_ x: Double) -> UInt32 {
  if x >= 4_294_967_296 { return UInt32.max }
  return x > 0 ? UInt32(x) : 0
}

@inline(__always) private func toUInt64(_ x: Double) -> UInt64 {
  if x >= 18_446_744_073_709_551_616 { return UInt64.max }
  return x > 0 ? UInt64(x) : 0
}
