internal import KernelInterface

/// Brings 32-bit sums back to 8 bits: saturate(roundHalfEven((C + bias) * scale) + zero).
func requantize(_ arguments: UnsafePointer<RequantizeArguments>) {
  guard let c = arguments.pointee.c, let y = arguments.pointee.y, let scale = arguments.pointee.scale
  else { return }
  let low: Int32 = arguments.pointee.yIsSigned ? -128 : 0
  let high: Int32 = arguments.pointee.yIsSigned ? 127 : 255
  let zero: Int32 = arguments.pointee.zero
  for r in 0..<arguments.pointee.rows {
    let from: UnsafePointer<Int32> = c + r * arguments.pointee.cRowStride
    let to: UnsafeMutablePointer<UInt8> =
      (y + r * arguments.pointee.yRowStride).assumingMemoryBound(to: UInt8.self)
    for column in 0..<arguments.pointee.columns {
      var sum: Int32 = from[column]
      if let bias = arguments.pointee.bias {
        sum = sum &+ bias[r * arguments.pointee.biasRowStride + column * arguments.pointee.biasColumnStride]
      }
      let factor: Float =
        scale[r * arguments.pointee.scaleRowStride + column * arguments.pointee.scaleColumnStride]
      let rounded: Int32 = nearestInteger(Float(sum) * factor)
      var value: Int32 = rounded &+ zero
      if value < low { value = low }
      if value > high { value = high }
      to[column] = UInt8(truncatingIfNeeded: value)
    }
  }
}

/// To the nearest integer, ties to even, bounded to +-2^20; NaN is 0.
@inline(__always) private func nearestInteger(_ x: Float) -> Int32 {
  guard x == x else { return 0 }
  let limit: Float = 1_048_576
  let bounded: Float = x < -limit ? -limit : (x > limit ? limit : x)
  // Adding 1.5 * 2^23 leaves the integer in the lower bits of the fraction.
  let shifted: Float = bounded + 12_582_912
  return Int32(bitPattern: shifted.bitPattern) &- Int32(bitPattern: Float(12_582_912).bitPattern)
}
