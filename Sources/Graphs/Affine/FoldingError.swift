internal import Tensors

/// How far rounded constants are from what was folded into them.
package struct FoldingError: Sendable, Equatable {
  /// The largest distance in units in the last place; numbers that were flushed to zero because they would be
  /// subnormal are not counted.
  package private(set) var ulps: Double = 0
  /// The largest distance.
  private var distance: Double = 0
  private var magnitude: Double = 0

  package init() {}

  /// The largest distance, relative to the largest magnitude: what it adds, at most, to the relative error
  /// of a layer that multiplies by the constant, measured by the sum of magnitudes of its products.
  package var relative: Double { magnitude > 0 ? distance / magnitude : 0 }

  mutating func add(exact: Double, rounded: Double, _ spacing: FloatSpacing) {
    let error: Double = abs(rounded - exact)
    magnitude = max(magnitude, abs(exact))
    distance = max(distance, error)
    if error > 0, rounded != 0 { ulps = max(ulps, error / spacing.unit(at: exact)) }
  }
}

/// The distance of neighbouring numbers of a floating-point type.
struct FloatSpacing {
  private let fractionBits: Int
  private let leastExponent: Int

  init(_ type: ElementType) {
    switch type {
    case .float16: (fractionBits, leastExponent) = (10, -14)
    case .bfloat16: (fractionBits, leastExponent) = (7, -126)
    case .float32: (fractionBits, leastExponent) = (23, -126)
    default: (fractionBits, leastExponent) = (52, -1022)
    }
  }

  func unit(at value: Double) -> Double {
    let exponent: Int = value == 0 ? leastExponent : max(leastExponent, Int(value.exponent))
    return Double(sign: .plus, exponent: exponent - fractionBits, significand: 1)
  }
}
