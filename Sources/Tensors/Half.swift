/// IEEE 754 binary16, as bits. Arithmetic is done in `Float`; this type only converts, rounding to
/// nearest even, keeping infinities, NaN and subnormals.
package struct Half: Sendable, Hashable {
  package var bits: UInt16

  package init(bits: UInt16) { self.bits = bits }

  /// The nearest binary16 number to `value`, ties to even; magnitudes of 65,520 and more become infinite.
  package init(_ value: Float) {
    let source: UInt32 = value.bitPattern
    let sign = UInt16(truncatingIfNeeded: (source >> 16) & 0x8000)
    let magnitude: UInt32 = source & 0x7FFF_FFFF
    if magnitude > 0x7F80_0000 {
      bits = sign | 0x7E00 | UInt16(truncatingIfNeeded: (magnitude >> 13) & 0x3FF)
    } else if magnitude >= 0x477F_F000 {
      bits = sign | 0x7C00
    } else if magnitude >= 0x3880_0000 {
      let rebased: UInt32 = magnitude - 0x3800_0000
      let rounded: UInt32 = rebased + 0xFFF + ((rebased >> 13) & 1)
      bits = sign | UInt16(truncatingIfNeeded: rounded >> 13)
    } else if magnitude < 0x3300_0000 {
      bits = sign
    } else {
      let exponent: UInt32 = magnitude >> 23
      let significand: UInt32 = (magnitude & 0x7F_FFFF) | 0x80_0000
      let shift: UInt32 = 126 - exponent
      let half: UInt32 = 1 << (shift - 1)
      let truncated: UInt32 = significand >> shift
      let rest: UInt32 = significand & ((1 << shift) - 1)
      let up: UInt32 = rest > half || (rest == half && truncated & 1 == 1) ? 1 : 0
      bits = sign | UInt16(truncatingIfNeeded: truncated + up)
    }
  }

  /// The nearest binary16 number to `value`, rounded once.
  package init(_ value: Double) {
    let single = Float(value)
    let exact = Double(single)
    guard exact != value, single.isFinite else {
      self.init(single)
      return
    }
    // Rounding twice is wrong only where the first rounding hit or left a tie of the second: make the
    // intermediate odd, so that it is no tie.
    var pattern: UInt32 = single.bitPattern
    if pattern & 1 == 0 {
      let towardZero: Bool = abs(exact) < abs(value)
      pattern = towardZero ? pattern | 1 : pattern - 1
    }
    self.init(Float(bitPattern: pattern))
  }

  /// The value, exactly.
  package var float: Float {
    let sign: UInt32 = UInt32(bits & 0x8000) << 16
    let exponent: UInt32 = UInt32(bits >> 10) & 0x1F
    let significand: UInt32 = UInt32(bits & 0x3FF)
    if exponent == 0x1F { return Float(bitPattern: sign | 0x7F80_0000 | significand << 13) }
    if exponent == 0 {
      let magnitude: Float = Float(significand) * 0x1p-24
      return sign == 0 ? magnitude : -magnitude
    }
    return Float(bitPattern: sign | (exponent + 112) << 23 | significand << 13)
  }
}

/// The upper half of a `Float`, as bits. Converts only, rounding to nearest even.
package struct BFloat16: Sendable, Hashable {
  package var bits: UInt16

  package init(bits: UInt16) { self.bits = bits }

  /// The nearest bfloat16 number to `value`, ties to even; NaN stays NaN.
  package init(_ value: Float) {
    let source: UInt32 = value.bitPattern
    if value.isNaN {
      bits = UInt16(truncatingIfNeeded: source >> 16) | 0x40
    } else {
      bits = UInt16(truncatingIfNeeded: (source &+ 0x7FFF &+ ((source >> 16) & 1)) >> 16)
    }
  }

  /// The value, exactly.
  package var float: Float { Float(bitPattern: UInt32(bits) << 16) }
}
