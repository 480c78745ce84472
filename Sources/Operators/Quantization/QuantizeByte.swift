/// The loops between float32 and 8-bit integers, the usual case of quantization.
///
/// A quotient is limited to a range in which adding 1.5 * 2^23 rounds it to an integer, ties to even, and
/// leaves that integer in the low bits of the sum: no conversion, and nothing that could trap. NaN becomes
/// the least value.
enum QuantizeByte {
  private static let magic: Float = 12_582_912
  private static let limit: Float = 262_144

  /// `round(x / scale) + zeroPoint`, limited to the range of `Byte`. Scales and zero points are `step`
  /// (0 or 1) apart.
  @inline(__always)
  static func quantize<Byte: FixedWidthInteger>(
    _ out: UnsafeMutablePointer<Byte>, _ x: UnsafePointer<Float>, _ count: Int,
    _ scales: UnsafePointer<Float>, _ zeroPoints: UnsafePointer<Int32>, _ step: Int
  ) {
    if step == 0 {
      let (scale, zero) = (scales[0], zeroPoints[0])
      for index in 0..<count { out[index] = quantized(x[index] / scale, zero) }
    } else {
      for index in 0..<count { out[index] = quantized(x[index] / scales[index], zeroPoints[index]) }
    }
  }

  @inline(__always)
  private static func quantized<Byte: FixedWidthInteger>(_ quotient: Float, _ zero: Int32) -> Byte {
    let above: Float = quotient > -limit ? quotient : -limit
    let bounded: Float = above < limit ? above : limit
    let rounded: Int32 =
      Int32(bitPattern: (bounded + magic).bitPattern) &- Int32(bitPattern: magic.bitPattern)
    let moved: Int32 = rounded &+ zero
    let least = Int32(truncatingIfNeeded: Byte.min)
    let greatest = Int32(truncatingIfNeeded: Byte.max)
    let low: Int32 = moved > least ? moved : least
    return Byte(truncatingIfNeeded: low < greatest ? low : greatest)
  }

  /// `(x - zeroPoint) * scale`.
  @inline(__always)
  static func dequantize<Byte: FixedWidthInteger>(
    _ out: UnsafeMutablePointer<Float>, _ x: UnsafePointer<Byte>, _ count: Int,
    _ scales: UnsafePointer<Float>, _ zeroPoints: UnsafePointer<Int32>, _ step: Int
  ) {
    if step == 0 {
      let (scale, zero) = (scales[0], zeroPoints[0])
      for index in 0..<count {
        out[index] = Float(Int32(truncatingIfNeeded: x[index]) &- zero) * scale
      }
    } else {
      for index in 0..<count {
        out[index] = Float(Int32(truncatingIfNeeded: x[index]) &- zeroPoints[index]) * scales[index]
      }
    }
  }
}
