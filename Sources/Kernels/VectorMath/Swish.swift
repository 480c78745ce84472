internal import CVector

/// x sigmoid(a x) as x / (1 + exp(-v)), v = a x, where 1 + exp(-v) is a normal number; beyond that the whole
/// register's quotient is replaced, lane by lane, by `swishTail`, so that a lane does not depend on its
/// neighbours.
@_transparent func vectorSwish(_ x: VF32, _ a: VF32) -> VF32 {
  let v: VF32 = x * a
  let quotient: VF32 = x / onePlusExponential(v)
  guard exceeds(v, swishLimit) else { return quotient }
  return select(magnitude(v) .<= splat(swishLimit), quotient, swishTail(x, v))
}

@_transparent var swishLimit: Float { 87 }

/// 1 + exp(-v) for |v| <= 87. With exp(-v) = 2^n (1 - p), where 1 - p is the polynomial of `ExponentialParts`
/// for the negative of its argument, 1 - 2^n p is rounded once before 2^n is added.
@_transparent func onePlusExponential(_ v: VF32) -> VF32 {
  let magic: VF32 = splat(12_582_912)
  let shifted: VF32 = mulAdd(v, splat(-1.442_695_04), magic)
  let n: VF32 = shifted - magic
  var r: VF32 = mulAdd(n, splat(0.693_359_375), v)
  r = mulAdd(n, splat(-2.121_944_400_546_905_83e-4), r)
  var p: VF32 = mulAdd(splat(-0.001_382_046_8), r, splat(0.008_369_25))
  p = mulAdd(p, r, splat(-0.041_668_285))
  p = mulAdd(p, r, splat(0.166_665_17))
  p = mulAdd(p, r, splat(-0.499_999_94))
  p = mulAdd(p, r * r, r)
  // -2^n; the magic number's own bits leave with the shift.
  let power: VF32 = float(bits: (bits(shifted) &<< VI32(repeating: 23)) &+ bits(splat(-1)))
  return mulAdd(p, power, splat(1)) - power
}

/// x sigmoid(v) where v is large: x itself, or x exp(v), whose power of two is applied last so that it is
/// rounded once.
@_transparent func swishTail(_ x: VF32, _ v: VF32) -> VF32 {
  let parts = ExponentialParts(maximum(splat(-112), minimum(splat(0), v)))
  return select(v .< splat(-111), splat(-0.0), scale(x * parts.fraction, parts.n, parts.nBits))
}
