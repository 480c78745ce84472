internal import KernelInterface

/// The kernels of functions of two integers: wrapping arithmetic, and answers instead of traps where a
/// divisor is 0.
func binaryInteger<T: KernelInteger>(
  _ function: BinaryFunction, _ type: T.Type
) -> BinaryKernel {
  switch function {
  case .add: return { out, l, r, tile in rowsOfScalars(out, l, r, tile) { (a: T, b: T) in a &+ b } }
  case .subtract: return { out, l, r, tile in rowsOfScalars(out, l, r, tile) { (a: T, b: T) in a &- b } }
  case .multiply: return { out, l, r, tile in rowsOfScalars(out, l, r, tile) { (a: T, b: T) in a &* b } }
  case .min: return { out, l, r, tile in rowsOfScalars(out, l, r, tile) { (a: T, b: T) in a < b ? a : b } }
  case .max: return { out, l, r, tile in rowsOfScalars(out, l, r, tile) { (a: T, b: T) in a > b ? a : b } }
  case .divide:
    return { out, l, r, tile in rowsOfCalls(out, l, r, tile) { (a: T, b: T) in quotient(a, b) } }
  case .remainder:
    return { out, l, r, tile in rowsOfCalls(out, l, r, tile) { (a: T, b: T) in remainder(a, b) } }
  case .modulo:
    return { out, l, r, tile in
      rowsOfCalls(out, l, r, tile) { (a: T, b: T) in
        let rest: T = remainder(a, b)
        return rest != 0 && (rest < 0) != (b < 0) ? rest &+ b : rest
      }
    }
  case .power: return { out, l, r, tile in rowsOfCalls(out, l, r, tile) { (a: T, b: T) in power(a, b) } }
  case .prelu:
    return { out, l, r, tile in rowsOfScalars(out, l, r, tile) { (a: T, b: T) in a < 0 ? a &* b : a } }
  }
}

@inline(__always) private func quotient<T: FixedWidthInteger>(_ a: T, _ b: T) -> T {
  if b == 0 { return 0 }
  if T.isSigned && b == 0 &- 1 { return 0 &- a }
  return a / b
}

@inline(__always) private func remainder<T: FixedWidthInteger>(_ a: T, _ b: T) -> T {
  if b == 0 || (T.isSigned && b == 0 &- 1) { return 0 }
  return a % b
}

@inline(__always) private func power<T: FixedWidthInteger>(_ base: T, _ exponent: T) -> T {
  if exponent < 0 {
    if base == 1 { return 1 }
    if base == 0 &- 1 { return exponent & 1 == 0 ? 1 : base }
    return 0
  }
  var result: T = 1
  var factor: T = base
  var rest: T = exponent
  while rest != 0 {
    if rest & 1 != 0 { result = result &* factor }
    factor = factor &* factor
    rest = rest &>> 1
  }
  return result
}
