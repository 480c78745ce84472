internal import CVector

/// exp(x + low) as `fraction * 2^n`: the argument is reduced by n ln 2, with ln 2 in two parts of which the
/// first has 9 bits, and exp of the remainder, at most 0.35, is a polynomial of degree 6 (minimax,
/// relative error 2^-28).
struct ExponentialParts {
  var fraction: VF32
  /// exp of the remainder, minus 1.
  var fractionMinusOne: VF32
  var n: VF32
  var nBits: VI32

  /// `low` is a correction of x far below its last place; |x| < 120.
  @_transparent init(_ x: VF32, low: VF32) {
    let magic: VF32 = splat(12_582_912)
    let shifted: VF32 = mulAdd(x, splat(1.442_695_04), magic)
    n = shifted - magic
    nBits = bits(shifted) &- VI32(repeating: 0x4B40_0000)
    var r: VF32 = mulAdd(n, splat(-0.693_359_375), x)
    r = mulAdd(n, splat(2.121_944_400_546_905_83e-4), r) + low
    var p: VF32 = splat(0.001_382_046_8)
    p = mulAdd(p, r, splat(0.008_369_25))
    p = mulAdd(p, r, splat(0.041_668_285))
    p = mulAdd(p, r, splat(0.166_665_17))
    p = mulAdd(p, r, splat(0.499_999_94))
    fractionMinusOne = mulAdd(r * r, p, r)
    fraction = fractionMinusOne + splat(1)
  }

  @_transparent init(_ x: VF32) {
    self.init(x, low: splat(-0.0))
  }

  /// The exponential over the whole range: subnormal results are rounded once.
  @_transparent var value: VF32 { scale(fraction, n, nBits) }

  /// The exponential where it is known to be normal: |n| < 126.
  @_transparent var normalValue: VF32 {
    fraction * float(bits: (nBits &+ VI32(repeating: 127)) &<< VI32(repeating: 23))
  }
}

/// exp(x), everywhere.
@_transparent func vectorExp(_ x: VF32) -> VF32 {
  let bounded: VF32 = maximum(splat(-104), minimum(splat(89), x))
  return ExponentialParts(bounded).value
}

/// exp(x) - 1 for x <= 0.
@_transparent func vectorExpMinusOne(_ x: VF32) -> VF32 {
  let parts = ExponentialParts(maximum(splat(-80), x))
  let power: VF32 = float(bits: (parts.nBits &+ VI32(repeating: 127)) &<< VI32(repeating: 23))
  let value: VF32 = mulAdd(parts.fractionMinusOne, power, power - splat(1))
  return select(x .== splat(0), x, value)
}

/// 1 / (1 + exp(-x)), from e = exp(-|x|) so that nothing overflows and small results keep their precision:
/// 1 / (1 + e) or e / (1 + e), corrected by what the rounding of 1 + e lost.
@_transparent func vectorSigmoid(_ x: VF32) -> VF32 {
  let e: VF32 = ExponentialParts(maximum(splat(-104), splat(0) - magnitude(x))).value
  let sum: VF32 = splat(1) + e
  let lost: VF32 = e - (sum - splat(1))
  let negative: SIMDMask<VI32> = x .< splat(0)
  let quotient: VF32 = select(negative, e, splat(1)) / sum
  let inverse: VF32 = select(negative, splat(1) - quotient, quotient)
  return mulAdd(quotient, lost * (splat(0) - inverse), quotient)
}
