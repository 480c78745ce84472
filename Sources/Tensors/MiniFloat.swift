/// A floating-point format of at most 8 bits: sign, exponent, significand, with the special values of its
/// definition. Converts only, rounding to nearest even.
///
/// E4M3FN, E5M2 and their UNZ forms follow "FP8 Formats for Deep Learning" and ONNX's technical notes,
/// E2M1, E2M3 and E3M2 the OCP Microscaling Formats specification 1.0. E8M0 is a scale, not such a number:
/// see `Scale8`.
package struct MiniFloat: Sendable, Hashable {
  /// What the patterns at the end of the range stand for.
  package enum Specials: Sendable {
    /// Infinities and NaN as in IEEE 754.
    case infinities
    /// No infinities; all ones is NaN.
    case allOnesNaN
    /// No infinities and no negative zero, whose pattern is NaN.
    case negativeZeroNaN
    /// Finite numbers only.
    case none
  }

  package let exponentBits: Int
  package let significandBits: Int
  package let bias: Int
  package let specials: Specials

  package static let e4M3FN = MiniFloat(exponentBits: 4, significandBits: 3, bias: 7, specials: .allOnesNaN)
  package static let e4M3FNUZ = MiniFloat(
    exponentBits: 4, significandBits: 3, bias: 8, specials: .negativeZeroNaN)
  package static let e5M2 = MiniFloat(exponentBits: 5, significandBits: 2, bias: 15, specials: .infinities)
  package static let e5M2FNUZ = MiniFloat(
    exponentBits: 5, significandBits: 2, bias: 16, specials: .negativeZeroNaN)
  package static let e2M1 = MiniFloat(exponentBits: 2, significandBits: 1, bias: 1, specials: .none)
  package static let e2M3 = MiniFloat(exponentBits: 2, significandBits: 3, bias: 1, specials: .none)
  package static let e3M2 = MiniFloat(exponentBits: 3, significandBits: 2, bias: 3, specials: .none)

  /// The pattern of the sign.
  package var signBit: UInt8 { 1 << UInt8(exponentBits + significandBits) }

  /// The pattern of the largest finite number.
  package var largest: UInt8 {
    switch specials {
    case .infinities: signBit - 1 - (1 << UInt8(significandBits))
    case .allOnesNaN: signBit - 2
    case .negativeZeroNaN, .none: signBit - 1
    }
  }

  /// The value of the pattern `bits`, exactly.
  package func float(_ bits: UInt8) -> Float {
    let magnitude: UInt8 = bits & (signBit - 1)
    let isNegative: Bool = bits & signBit != 0
    if magnitude > largest {
      let isInfinite: Bool = specials == .infinities && magnitude == largest + 1
      let special: Float = isInfinite ? .infinity : .nan
      return isNegative ? -special : special
    }
    if specials == .negativeZeroNaN, bits == signBit { return .nan }
    let exponent = Int(magnitude >> UInt8(significandBits))
    let significand: UInt8 = magnitude & ((1 << UInt8(significandBits)) - 1)
    let implicit: UInt8 = exponent == 0 ? 0 : 1 << UInt8(significandBits)
    let scale: Int = max(exponent, 1) - bias - significandBits
    let value = Float(sign: .plus, exponent: scale, significand: Float(significand | implicit))
    return isNegative ? -value : value
  }

  /// The pattern of the number nearest to `value`, ties to even. What rounds to more than the largest
  /// number, infinities included, becomes the largest number if `saturate`, else an infinity, or NaN
  /// where there is none; formats of finite numbers only always saturate, and NaN is their negative zero.
  package func bits(_ value: Double, saturate: Bool) -> UInt8 {
    let sign: UInt8 = value.sign == .minus ? signBit : 0
    if value.isNaN {
      switch specials {
      case .infinities: return sign | (largest + 1) | (1 << UInt8(significandBits - 1))
      case .allOnesNaN: return sign | (signBit - 1)
      case .negativeZeroNaN, .none: return signBit
      }
    }
    let magnitude: Double = value.magnitude
    let limit = Double(float(largest))
    let overflow: UInt8 = sign | (saturate ? largest : overflowPattern)
    if magnitude > 2 * limit { return overflow }
    let lowest: Int = 1 - bias
    let exponent: Int = magnitude == 0 ? lowest : max(Int(magnitude.exponent), lowest)
    let quantum = Double(sign: .plus, exponent: exponent - significandBits, significand: 1)
    let steps: Double = (magnitude / quantum).rounded(.toNearestOrEven)
    if steps * quantum > limit { return overflow }
    // Counted in quanta, a number that was rounded up to the next power of two carries by itself.
    let carried = UInt8(steps) + UInt8((exponent - lowest) << significandBits)
    return carried == 0 && specials == .negativeZeroNaN ? 0 : sign | carried
  }

  private var overflowPattern: UInt8 {
    switch specials {
    case .infinities: largest + 1
    case .allOnesNaN: signBit - 1
    case .negativeZeroNaN: signBit
    case .none: largest
    }
  }
}

/// float8e8m0: a power of two without sign, `2^(bits - 127)`; 255 is NaN (OCP Microscaling Formats 1.0).
package enum Scale8 {
  /// Which power of two a number between two of them becomes.
  package enum Rounding: String, Sendable {
    case up, down, nearest
  }

  /// The value of the pattern `bits`.
  package static func float(_ bits: UInt8) -> Float {
    bits == 255 ? .nan : Float(sign: .plus, exponent: Int(bits) - 127, significand: 1)
  }

  /// The pattern for the magnitude of `value`. Infinities and NaN become NaN. A number beyond 2^127 becomes
  /// 2^127 if `saturate`, else NaN. Nearest rounds ties up.
  package static func bits(_ value: Float, saturate: Bool, rounding: Rounding) -> UInt8 {
    guard value.isFinite else { return 255 }
    let pattern: UInt32 = value.bitPattern
    let exponent: UInt32 = (pattern >> 23) & 0xFF
    let fraction: UInt32 = pattern & 0x7F_FFFF
    let up: Bool =
      switch rounding {
      case .up: fraction != 0
      case .down: false
      // A subnormal exactly between 0's pattern and the next stays, a normal number goes up.
      case .nearest: fraction > 0x40_0000 || (fraction == 0x40_0000 && exponent > 0)
      }
    let result: UInt32 = exponent + (up ? 1 : 0)
    return result >= 255 ? (saturate ? 254 : 255) : UInt8(result)
  }
}

extension ElementType {
  /// The format of floating-point types of at most 8 bits, float8e8m0 aside.
  package var miniFloat: MiniFloat? {
    switch self {
    case .float8E4M3FN: .e4M3FN
    case .float8E4M3FNUZ: .e4M3FNUZ
    case .float8E5M2: .e5M2
    case .float8E5M2FNUZ: .e5M2FNUZ
    case .float4E2M1: .e2M1
    case .float6E2M3: .e2M3
    case .float6E3M2: .e3M2
    default: nil
    }
  }
}
