/// tanh(x): below 0.63 x + x^3 P(x^2) with P of degree 4 (minimax, relative error 2^-27), above
/// 1 - 2 / (exp(2 |x|) + 1).
@_transparent func vectorTanh(_ x: VF32) -> VF32 {
  let size: VF32 = magnitude(x)
  let square: VF32 = x * x
  var p: VF32 = splat(-0.005_665_719)
  p = mulAdd(p, square, splat(0.020_604_873))
  p = mulAdd(p, square, splat(-0.053_729_53))
  p = mulAdd(p, square, splat(0.133_313_24))
  p = mulAdd(p, square, splat(-0.333_332_78))
  let small: VF32 = mulAdd(p * square, x, x)
  let bounded: VF32 = minimum(splat(10), size)
  let e: VF32 = ExponentialParts(bounded + bounded).normalValue
  let large: VF32 = splat(1) - splat(2) / (e + splat(1))
  return select(size .< splat(0.63), small, withSign(large, of: x))
}

/// x tanh(log(1 + exp(x))) = x q / (q + 2) with q = e (e + 2), e = exp(x), whose power of two is applied
/// last.
@_transparent func vectorMish(_ x: VF32) -> VF32 {
  let bounded: VF32 = maximum(splat(-112), minimum(splat(20), x))
  let parts = ExponentialParts(bounded)
  let e: VF32 = parts.value
  let sum: VF32 = e + splat(2)
  let quotient: VF32 = (parts.fraction * sum) / mulAdd(e, sum, splat(2))
  return select(x .> splat(20), x, scale(bounded * quotient, parts.n, parts.nBits))
}

/// log(1 + exp(x)) = max(x, 0) + log(1 + exp(-|x|)).
@_transparent func vectorSoftplus(_ x: VF32) -> VF32 {
  let e: VF32 = ExponentialParts(maximum(splat(-104), splat(0) - magnitude(x))).value
  return maximum(splat(0), x) + vectorLogOnePlus(e)
}
