internal import CVector

/// erf(x): below 0.93 x + x P(x^2) with P of degree 6, above 1 - exp(-Q(|x|)) with Q of degree 6 (both
/// minimax, relative errors 2^-30 and 2^-29); from 4.05 on the result is 1.
@inline(__always) func vectorErf(_ x: VF32) -> VF32 {
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

/// x Phi(x), Phi being the normal distribution function. With t = |x|, the tail Phi(-t) is
/// exp(-t^2 / 2) R(u) / (t + 3), u = (t - 3) / (t + 3), R of degree 9 (minimax, relative error 2^-24.7);
/// the square's rounding error goes into the exponential, so that the tail keeps its relative precision
/// down to the smallest results.
@inline(__always) func vectorGelu(_ x: VF32) -> VF32 {
  let t: VF32 = minimum(splat(15), magnitude(x))
  let square: VF32 = t * t
  let lost: VF32 = squareError(t, square)
  let parts = ExponentialParts(splat(-0.5) * square, low: splat(-0.5) * lost)
  let denominator: VF32 = t + splat(3)
  let u: VF32 = (t - splat(3)) / denominator
  var r: VF32 = splat(6.500_862e-05)
  r = mulAdd(r, u, splat(-0.000_193_801_78))
  r = mulAdd(r, u, splat(-0.000_968_508))
  r = mulAdd(r, u, splat(0.001_002_403_7))
  r = mulAdd(r, u, splat(0.006_949_494_6))
  r = mulAdd(r, u, splat(-0.010_455_932))
  r = mulAdd(r, u, splat(-0.047_260_787))
  r = mulAdd(r, u, splat(0.230_016_77))
  r = mulAdd(r, u, splat(-0.509_332))
  r = mulAdd(r, u, splat(0.729_083_7))
  let product: VF32 = (t * parts.fraction) * r / denominator
  let tail: VF32 = scale(product, parts.n, parts.nBits)
  return select(x .< splat(0), splat(-0.0) - tail, x - tail)
}

/// t * t - square, exactly, `square` being t * t rounded.
@inline(__always) func squareError(_ t: VF32, _ square: VF32) -> VF32 {
  if ngraph_fuses() { return mulAdd(t, t, splat(-0.0) - square) }
  let high: VF32 = float(bits: bits(t) & VI32(repeating: -4096))
  let low: VF32 = t - high
  return ((high * high - square) + (high + high) * low) + low * low
}

/// x sigmoid(2 sqrt(2 / pi) (x + 0.044715 x^3)), which is x / 2 (1 + tanh(...)). The argument is computed in
/// f64 and passed on in two parts, because the exponential turns its absolute error into a relative one.
@inline(__always) func vectorGeluTanh(_ x: VF32) -> VF32 {
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
  let quotient: VF32 = select(negative, bounded * parts.fraction, x) / (splat(1) + parts.value)
  let n: VF32 = select(negative, parts.n, splat(0))
  let nBits: VI32 = parts.nBits & bits(select(negative, float(bits: VI32(repeating: -1)), splat(0)))
  return scale(quotient, n, nBits)
}

@inline(__always) private func geluTanhArgument(_ x: VF64) -> VF64 {
  let slope: VF64 = VF64(repeating: 1.595_769_121_605_730_7)
  let cubic: VF64 = VF64(repeating: 0.071_354_816_272_600_25)
  return x * mulAdd(cubic, x * x, slope)
}
