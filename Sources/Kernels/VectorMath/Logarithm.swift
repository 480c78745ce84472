/// log(x): x = m 2^e with m between sqrt(1/2) and sqrt(2); log(m) = f - f^2 / 2 + f^3 P(f), f = m - 1, with P
/// of degree 8 (minimax, relative error 2^-30). Zero gives -infinity, negative arguments NaN.
@_transparent func vectorLog(_ x: VF32) -> VF32 {
  let tiny: SIMDMask<VI32> = x .< splat(1.175_494_4e-38)
  let normal: VF32 = select(tiny, x * splat(8_388_608), x)
  let root: VI32 = VI32(repeating: 0x3F35_04F3)
  let shifted: VI32 = bits(normal) &- root
  let e: VF32 = float(shifted &>> VI32(repeating: 23)) + select(tiny, splat(-23), splat(0))
  let f: VF32 = float(bits: (shifted & VI32(repeating: 0x007F_FFFF)) &+ root) - splat(1)
  var p: VF32 = splat(0.067_509_56)
  p = mulAdd(p, f, splat(-0.116_714_49))
  p = mulAdd(p, f, splat(0.118_835_68))
  p = mulAdd(p, f, splat(-0.124_060_32))
  p = mulAdd(p, f, splat(0.142_203_27))
  p = mulAdd(p, f, splat(-0.166_679_96))
  p = mulAdd(p, f, splat(0.200_020_73))
  p = mulAdd(p, f, splat(-0.250_000_1))
  p = mulAdd(p, f, splat(0.333_333_13))
  let square: VF32 = f * f
  var tail: VF32 = (f * square) * p
  tail = mulAdd(e, splat(-2.121_944_400_546_905_83e-4), tail)
  tail = mulAdd(square, splat(-0.5), tail)
  var result: VF32 = mulAdd(e, splat(0.693_359_375), f + tail)
  result = select(x .== splat(.infinity), x, result)
  result = select(x .== splat(0), splat(-.infinity), result)
  return select(x .>= splat(0), result, splat(.nan))
}

/// log(1 + x) for x >= 0: the logarithm of the rounded sum, corrected by what the rounding lost.
@_transparent func vectorLogOnePlus(_ x: VF32) -> VF32 {
  let sum: VF32 = splat(1) + x
  let lost: VF32 = x - (sum - splat(1))
  return vectorLog(sum) + lost / sum
}
