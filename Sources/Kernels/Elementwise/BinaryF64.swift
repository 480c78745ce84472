internal import KernelInterface

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// The f64 kernels of functions of two operands.
func binaryF64(_ function: BinaryFunction) -> BinaryKernel {
  switch function {
  case .add: return { out, l, r, tile in rowsOfScalars(out, l, r, tile) { (a: Double, b: Double) in a + b } }
  case .subtract:
    return { out, l, r, tile in rowsOfScalars(out, l, r, tile) { (a: Double, b: Double) in a - b } }
  case .multiply:
    return { out, l, r, tile in rowsOfScalars(out, l, r, tile) { (a: Double, b: Double) in a * b } }
  case .divide:
    return { out, l, r, tile in rowsOfScalars(out, l, r, tile) { (a: Double, b: Double) in a / b } }
  case .min:
    return { out, l, r, tile in
      rowsOfScalars(out, l, r, tile) { (a: Double, b: Double) in a != a ? a : a < b ? a : b }
    }
  case .max:
    return { out, l, r, tile in
      rowsOfScalars(out, l, r, tile) { (a: Double, b: Double) in a != a ? a : a > b ? a : b }
    }
  case .power:
    return { out, l, r, tile in rowsOfCalls(out, l, r, tile) { (a: Double, b: Double) in pow(a, b) } }
  case .prelu:
    return { out, l, r, tile in
      rowsOfScalars(out, l, r, tile) { (a: Double, b: Double) in a < 0 ? a * b : a }
    }
  case .modulo:
    return { out, l, r, tile in
      rowsOfCalls(out, l, r, tile) { (a: Double, b: Double) in
        let rest: Double = fmod(a, b)
        return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest
      }
    }
  case .remainder:
    return { out, l, r, tile in rowsOfCalls(out, l, r, tile) { (a: Double, b: Double) in fmod(a, b) } }
  }
}
