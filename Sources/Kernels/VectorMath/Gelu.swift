internal import CVector

/// x Phi(x), Phi being the normal distribution function: with t = |x|, the tail t Phi(-t) or what it leaves
/// of x.
@_transparent func vectorGelu(_ x: VF32) -> VF32 {
  let t: VF32 = minimum(splat(15), magnitude(x))
  let tail: VF32 = ngraph_fuses() ? fusedGeluTail(t) : wideGeluTail(t)
  return select(x .< splat(0), splat(-0.0) - tail, x - tail)
}

/// t Phi(-t) as exp(-t^2 / 2) m R(m), m = t / (t + 3.40625), R of degree 9 in m - 0.5078125 (minimax,
/// relative error 2^-28), in f32 alone. What the square, the reduced argument, m, the polynomial's last step
/// and the product m R lost to rounding is found by fused multiply-adds and added before the last sum; what m
/// lost counts by the derivative of m R, here a parabola. At most 2 units in the last place.
@_transparent private func fusedGeluTail(_ t: VF32) -> VF32 {
  let square: VF32 = t * t
  let lost: VF32 = mulAdd(t, t, splat(-0.0) - square)
  let magic: VF32 = splat(12_582_912)
  let shifted: VF32 = mulAdd(square, splat(-0.721_347_52), magic)
  let n: VF32 = shifted - magic
  let nBits: VI32 = bits(shifted) &- VI32(repeating: 0x4B40_0000)
  let high: VF32 = mulAdd(n, splat(-0.693_359_375), splat(-0.5) * square)
  let low: VF32 = mulAdd(lost, splat(-0.5), n * splat(2.121_944_400_546_905_83e-4))
  let argument: VF32 = high + low
  var p: VF32 = splat(0.001_382_046_8)
  p = mulAdd(p, argument, splat(0.008_369_25))
  p = mulAdd(p, argument, splat(0.041_668_285))
  p = mulAdd(p, argument, splat(0.166_665_17))
  p = mulAdd(p, argument, splat(0.499_999_94))
  // exp(high + low) is 1 + high + curve.
  let curve: VF32 = mulAdd(argument * argument, p, low)

  let offset: VF32 = splat(3.406_25)
  let sum: VF32 = t + offset
  let sumLost: VF32 = t - (sum - offset)
  let m: VF32 = t / sum
  let negative: VF32 = splat(-0.0) - m
  let remainder: VF32 = mulAdd(negative, sumLost, mulAdd(negative, sum, t))
  let mLost: VF32 = remainder * mulAdd(negative, splat(0.293_577_98), splat(0.293_577_98))
  let slope: VF32 = mulAdd(mulAdd(splat(3.068_809_5), m, splat(-4.400_562_3)), m, splat(1.609_257_6))
  let u: VF32 = m - splat(0.507_812_5)
  var r: VF32 = splat(0.068_212_524)
  r = mulAdd(r, u, splat(0.093_754_604))
  r = mulAdd(r, u, splat(-0.093_106_26))
  r = mulAdd(r, u, splat(-0.165_502_44))
  r = mulAdd(r, u, splat(0.234_649_99))
  r = mulAdd(r, u, splat(0.182_057_35))
  r = mulAdd(r, u, splat(-0.816_751_5))
  r = mulAdd(r, u, splat(1.182_671_4))
  r = mulAdd(r, u, splat(-1.093_809_5))
  let constant: VF32 = splat(0.733_323_63)
  let whole: VF32 = mulAdd(r, u, constant)
  let wholeLost: VF32 = mulAdd(r, u, constant - whole)
  let product: VF32 = m * whole
  let productLost: VF32 = mulAdd(m, whole, splat(-0.0) - product)
  let correction: VF32 = mulAdd(slope, mLost, mulAdd(m, wholeLost, productLost))
  let rest: VF32 = mulAdd(product, high, mulAdd(product, curve, correction))
  return scale(product + rest, n, nBits)
}

/// The same without fused multiply-adds: exp(-t^2 / 2) R(u) t / (t + 3), u = (t - 3) / (t + 3), R of degree
/// 10 (minimax, relative error 2^-28). The square's rounding error goes into the exponential and the factors
/// are multiplied in f64, so that the tail keeps its relative precision down to the smallest results.
@_transparent private func wideGeluTail(_ t: VF32) -> VF32 {
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
  return scale(product, parts.n, parts.nBits)
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
