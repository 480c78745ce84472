internal import KernelInterface

/// Comparisons of two operands, and functions of their bits.
func comparison<T: Comparable & BitwiseCopyable & SendableMetatype>(_ function: Comparison, _ type: T.Type)
  -> BinaryKernel
{
  switch function {
  case .equal: return { out, l, r, tile in rowsOfScalars(out, l, r, tile) { (a: T, b: T) in flag(a == b) } }
  case .notEqual:
    return { out, l, r, tile in rowsOfScalars(out, l, r, tile) { (a: T, b: T) in flag(a != b) } }
  case .less: return { out, l, r, tile in rowsOfScalars(out, l, r, tile) { (a: T, b: T) in flag(a < b) } }
  case .lessOrEqual:
    return { out, l, r, tile in rowsOfScalars(out, l, r, tile) { (a: T, b: T) in flag(a <= b) } }
  case .greater: return { out, l, r, tile in rowsOfScalars(out, l, r, tile) { (a: T, b: T) in flag(a > b) } }
  case .greaterOrEqual:
    return { out, l, r, tile in rowsOfScalars(out, l, r, tile) { (a: T, b: T) in flag(a >= b) } }
  }
}

@inline(__always) private func flag(_ value: Bool) -> UInt8 { value ? 1 : 0 }

func bitwise<T: KernelInteger>(_ function: BitwiseFunction, _ type: T.Type) -> BinaryKernel {
  switch function {
  case .and: return { out, l, r, tile in rowsOfScalars(out, l, r, tile) { (a: T, b: T) in a & b } }
  case .or: return { out, l, r, tile in rowsOfScalars(out, l, r, tile) { (a: T, b: T) in a | b } }
  case .xor: return { out, l, r, tile in rowsOfScalars(out, l, r, tile) { (a: T, b: T) in a ^ b } }
  case .shiftLeft:
    return { out, l, r, tile in
      rowsOfScalars(out, l, r, tile) { (a: T, b: T) in isShift(b) ? a &<< b : 0 }
    }
  case .shiftRight:
    return { out, l, r, tile in
      rowsOfScalars(out, l, r, tile) { (a: T, b: T) in isShift(b) ? a &>> b : 0 }
    }
  }
}

/// Whether a shift by `count` leaves anything.
@inline(__always) private func isShift<T: FixedWidthInteger>(_ count: T) -> Bool {
  count >= 0 && count < T(truncatingIfNeeded: T.bitWidth)
}
