internal import KernelInterface

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// The f32 kernels of functions of two operands.
func binaryF32(_ function: BinaryFunction) -> BinaryKernel {
  switch function {
  case .add: return { out, l, r, tile in rowsF32(out, l, r, tile, added) }
  case .subtract: return { out, l, r, tile in rowsF32(out, l, r, tile, subtracted) }
  case .multiply: return { out, l, r, tile in rowsF32(out, l, r, tile, multiplied) }
  case .divide: return { out, l, r, tile in rowsF32(out, l, r, tile, divided) }
  case .min: return { out, l, r, tile in rowsF32(out, l, r, tile, lesser) }
  case .max: return { out, l, r, tile in rowsF32(out, l, r, tile, greater) }
  case .power: return { out, l, r, tile in powerF32(out, l, r, tile) }
  case .prelu:
    return { out, l, r, tile in rowsF32(out, l, r, tile, parametricRelu) }
  case .modulo:
    return { out, l, r, tile in
      rowsOfCalls(out, l, r, tile) { (a: Float, b: Float) in
        let rest: Float = fmodf(a, b)
        return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest
      }
    }
  case .remainder:
    return { out, l, r, tile in rowsOfCalls(out, l, r, tile) { (a: Float, b: Float) in fmodf(a, b) } }
  }
}

/// A repeated exponent of 2, 3, 1/2, 1 or -1 needs no call.
private func powerF32(
  _ out: UnsafeMutableRawPointer, _ left: UnsafeRawPointer, _ right: UnsafeRawPointer, _ tile: BinaryTile
) {
  let isScalar: Bool = tile.rightStep == 0 && (tile.rightRowStride == 0 || tile.rows == 1) && tile.rows > 0
  let exponent: Float = isScalar ? right.assumingMemoryBound(to: Float.self)[0] : 0
  if exponent == 2 {
    rowsF32(out, left, right, tile, squareOfFirst)
  } else if exponent == 0.5 {
    rowsF32(out, left, right, tile, powerOneHalf)
  } else if exponent == 1 {
    rowsF32(out, left, right, tile, firstOf)
  } else if exponent == -1 {
    rowsF32(out, left, right, tile, inverseOfFirst)
  } else if exponent == 3 {
    rowsOfScalars(out, left, right, tile) { (base: Float, _: Float) in
      let wide: Double = Double(base)
      return Float(wide * wide * wide)
    }
  } else {
    rowsOfCalls(out, left, right, tile) { (a: Float, b: Float) in powf(a, b) }
  }
}
