internal import CVector

/// erf(x): below 0.93 x + x P(x^2) with P of degree 6, above 1 - exp(-Q(|x|)) with Q of degree 6 (both
/// minimax, relative errors 2^-30 and 2^-29); from 4.05 on the result is 1.
@_transparent func vectorErf(_ x: VF32) -> VF32 {
  let size: VF32 = magnitude(x)
  let square: VF32 = x * x
  var p: VF32 = splat(8.002_783e-05)
  p = mulAdd(p, square, splat(-0.000_805_080_46))
  p = mulAdd(p, square, splat(0.005_192_460_5))
  p = mulAdd(p, square, splat(-0.026_855_74))
  p = mulAdd(p, square, splat(0.112_836_26))
  p = mulAdd(p, square, splat(-0.376_126_3))
  p = mulAdd(p, square, splat(0.128_379_17))
  let small: VF32 = mulAdd(p, x, x)
  let t: VF32 = minimum(splat(4.05), size)
  var q: VF32 = splat(-0.000_195_943_74)
  q = mulAdd(q, t, splat(0.003_043_265_5))
  q = mulAdd(q, t, splat(-0.022_227_067))
  q = mulAdd(q, t, splat(0.103_931_844))
  q = mulAdd(q, t, splat(0.637_182))
  q = mulAdd(q, t, splat(1.127_675_8))
  q = mulAdd(q, t, splat(0.000_195_638_48))
  let large: VF32 = splat(1) - ExponentialParts(splat(0) - q).normalValue
  return select(size .< splat(0.93), small, withSign(large, of: x))
}
