internal import CVector

/// x Phi(x), Phi being the normal distribution function. With t = |x|, the tail Phi(-t) is
/// exp(-t^2 / 2) R(u) / (t + 3), u = (t - 3) / (t + 3), R of degree 10 (minimax, relative error 2^-28). The
/// square's rounding error goes into the exponential and the factors are multiplied in f64, so that the
/// tail keeps its relative precision down to the smallest results.
@_transparent func vectorGelu(_ x: VF32) -> VF32 {
  let t: VF32 = minimum(splat(15), magnitude(x))
  let square: VF32 = t * t
  let lost: VF32 = squareError(t, square)
  let parts = ExponentialParts(splat(-0.5) * square, low: splat(-0.5) * lost)
  let inverse: VF32 = splat(1) / (t + splat(3))
  let u: VF32 = mulAdd(inverse, splat(-6), splat(1))
  var r: VF32 = splat(5.200_708_3e-05)
  r = mulAdd(r, u, splat(0.000_127_072_98))
  r = mulAdd(r, u, splat(-0.000_243_367_83))
  r = mulAdd(r, u, splat(-0.001_027_929_7))
  r = mulAdd(r, u, splat(0.001_024_843_8))
  r = mulAdd(r, u, splat(0.006_967_551_5))
  r = mulAdd(r, u, splat(-0.010_462_617_5))
  r = mulAdd(r, u, splat(-0.047_262_434))
  r = mulAdd(r, u, splat(0.230_017_7))
  r = mulAdd(r, u, splat(-0.509_332))
  let e: VF32 = parts.fractionMinusOne
  let product: VF32 = narrow(
    geluTail(lowDouble(t), lowDouble(inverse), lowDouble(r), lowDouble(e)),
    geluTail(highDouble(t), highDouble(inverse), highDouble(r), highDouble(e)))
  let tail: VF32 = scale(product, parts.n, parts.nBits)
  return select(x .< splat(0), splat(-0.0) - tail, x - tail)
}

/// t (1 + e) R / (t + 3), from the rounded reciprocal of t + 3 and R without its constant term and factor u.
@_transparent private func geluTail(_ t: VF64, _ inverse: VF64, _ r: VF64, _ e: VF64) -> VF64 {
  let one: VF64 = VF64(repeating: 1)
  let exact: VF64 = refined(inverse, t + VF64(repeating: 3))
  let u: VF64 = mulAdd(exact, VF64(repeating: -6), one)
  let whole: VF64 = mulAdd(r, u, VF64(repeating: 0.729_083_690_371_591_3))
  return mulAdd(t, e, t) * (whole * exact)
}

/// One Newton step from 1 / x rounded to f32.
@_transparent private func refined(_ inverse: VF64, _ x: VF64) -> VF64 {
  inverse * mulAdd(VF64(repeating: 0) - inverse, x, VF64(repeating: 2))
}

/// t * t - square, exactly, `square` being t * t rounded.
@_transparent private func squareError(_ t: VF32, _ square: VF32) -> VF32 {
  if ngraph_fuses() { return mulAdd(t, t, splat(-0.0) - square) }
  let high: VF32 = float(bits: bits(t) & VI32(repeating: -4096))
  let low: VF32 = t - high
  return ((high * high - square) + (high + high) * low) + low * low
}

/// x sigmoid(v), v = 2 sqrt(2 / pi) (x + 0.044715 x^3), which is x / 2 (1 + tanh(v / 2)). v is computed in
/// f64 and passed on in two parts, because the exponential turns its absolute error into a relative one;
/// the factors are multiplied in f64 too.
@_transparent func vectorGeluTanh(_ x: VF32) -> VF32 {
  let bounded: VF32 = maximum(splat(-12), minimum(splat(12), x))
  let low: VF64 = geluTanhArgument(lowDouble(bounded))
  let high: VF64 = geluTanhArgument(highDouble(bounded))
  let v: VF32 = narrow(low, high)
  let lost: VF32 = narrow(low - lowDouble(v), high - highDouble(v))
  let limit: VF32 = splat(-110)
  let negative: SIMDMask<VI32> = x .< splat(0)
  let argument: VF32 = maximum(limit, splat(0) - magnitude(v))
  let parts = ExponentialParts(
    argument, low: select(argument .> limit, select(negative, lost, splat(0) - lost), splat(0)))
  let e: VF32 = parts.value
  let inverse: VF32 = splat(1) / (splat(1) + e)
  let factor: VF32 = select(negative, parts.fractionMinusOne, splat(0))
  let quotient: VF32 = narrow(
    geluTanhQuotient(lowDouble(bounded), lowDouble(factor), lowDouble(e), lowDouble(inverse)),
    geluTanhQuotient(highDouble(bounded), highDouble(factor), highDouble(e), highDouble(inverse)))
  let n: VF32 = select(negative, parts.n, splat(0))
  let nBits: VI32 = parts.nBits & bits(select(negative, float(bits: VI32(repeating: -1)), splat(0)))
  return select(x .> splat(12), x, scale(quotient, n, nBits))
}

/// x (1 + factor) / (1 + e)
@_transparent
private func geluTanhQuotient(_ x: VF64, _ factor: VF64, _ e: VF64, _ inverse: VF64) -> VF64 {
  mulAdd(x, factor, x) * refined(inverse, e + VF64(repeating: 1))
}

@_transparent private func geluTanhArgument(_ x: VF64) -> VF64 {
  let slope: VF64 = VF64(repeating: 1.595_769_121_605_730_7)
  let cubic: VF64 = VF64(repeating: 0.071_354_816_272_600_25)
  return x * mulAdd(cubic, x * x, slope)
}
