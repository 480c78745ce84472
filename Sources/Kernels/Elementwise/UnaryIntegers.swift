internal import KernelInterface

/// Functions of one integer operand, predicates of any operand, and the complement of bits.

func unarySigned<T: KernelInteger>(
  _ function: UnaryFunction, _ type: T.Type
) -> UnaryKernel? {
  switch function {
  case .relu: return { out, x, n, _, _ in mapScalars(out, x, n) { (v: T) in v < 0 ? 0 : v } }
  case .abs: return { out, x, n, _, _ in mapScalars(out, x, n) { (v: T) in v < 0 ? 0 &- v : v } }
  case .negate: return { out, x, n, _, _ in mapScalars(out, x, n) { (v: T) in 0 &- v } }
  case .sign:
    return { out, x, n, _, _ in mapScalars(out, x, n) { (v: T) -> T in v > 0 ? 1 : v < 0 ? -1 : 0 } }
  case .square: return { out, x, n, _, _ in mapScalars(out, x, n) { (v: T) in v &* v } }
  default: return nil
  }
}

func unaryUnsigned<T: KernelInteger>(_ function: UnaryFunction, _ type: T.Type) -> UnaryKernel? {
  switch function {
  case .abs: return { out, x, n, _, _ in mapScalars(out, x, n) { (v: T) in v } }
  case .sign: return { out, x, n, _, _ in mapScalars(out, x, n) { (v: T) -> T in v == 0 ? 0 : 1 } }
  case .square: return { out, x, n, _, _ in mapScalars(out, x, n) { (v: T) in v &* v } }
  default: return nil
  }
}

func predicateFloating<T: KernelFloat>(_ predicate: UnaryPredicate, _ type: T.Type)
  -> UnaryKernel
{
  switch predicate {
  case .isNaN: return { out, x, n, _, _ in mapScalars(out, x, n) { (v: T) -> UInt8 in v != v ? 1 : 0 } }
  case .isInfinite:
    return { out, x, n, alpha, beta in
      let low: T = alpha != 0 ? -T.infinity : T.nan
      let high: T = beta != 0 ? T.infinity : T.nan
      mapScalars(out, x, n) { (v: T) -> UInt8 in v == low || v == high ? 1 : 0 }
    }
  case .isZero: return { out, x, n, _, _ in mapScalars(out, x, n) { (v: T) -> UInt8 in v == 0 ? 1 : 0 } }
  }
}

func isZeroInteger<T: KernelInteger>(_ type: T.Type) -> UnaryKernel {
  return { out, x, n, _, _ in mapScalars(out, x, n) { (v: T) -> UInt8 in v == 0 ? 1 : 0 } }
}

func bitwiseNot(_ out: UnsafeMutableRawPointer, _ input: UnsafeRawPointer, _ byteCount: Int) {
  mapScalars(out, input, byteCount) { (v: UInt8) in ~v }
}
