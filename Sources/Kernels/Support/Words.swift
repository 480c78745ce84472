internal import CVector

/// The words of `CVectorWords.h` and the bit operations that elementwise functions are written in, for the
/// register width of this module.

@_transparent func splat(_ value: Float) -> VF32 { VF32(repeating: value) }
@_transparent func bits(_ x: VF32) -> VI32 { unsafeBitCast(x, to: VI32.self) }
@_transparent func float(bits: VI32) -> VF32 { unsafeBitCast(bits, to: VF32.self) }

/// `yes` where the mask is set, else `no`.
@_transparent func select(_ mask: SIMDMask<VI32>, _ yes: VF32, _ no: VF32) -> VF32 {
  no.replacing(with: yes, where: mask)
}

/// The smaller; `right` where either is not a number.
@_transparent func minimum(_ left: VF32, _ right: VF32) -> VF32 { F32Lanes.minimum(left, right) }
/// The larger; `right` where either is not a number.
@_transparent func maximum(_ left: VF32, _ right: VF32) -> VF32 { F32Lanes.maximum(left, right) }

@_transparent func magnitude(_ x: VF32) -> VF32 {
  float(bits: bits(x) & VI32(repeating: Int32.max))
}

/// Whether any lane is larger in magnitude than `limit`, or not a number.
@_transparent func exceeds(_ x: VF32, _ limit: Float) -> Bool {
  #if KERNELS_AVX512
    ngraph_exceeds_f32x16(x, limit)
  #elseif KERNELS_AVX2
    ngraph_exceeds_f32x8(x, limit)
  #else
    ngraph_exceeds_f32x4(x, limit)
  #endif
}

/// Exchanges neighbouring groups of `distance` lanes, a power of two below the number of lanes.
@_transparent func exchange(_ x: VF32, _ distance: Int) -> VF32 {
  #if KERNELS_AVX512
    ngraph_exchange_f32x16(x, distance)
  #elseif KERNELS_AVX2
    ngraph_exchange_f32x8(x, distance)
  #else
    ngraph_exchange_f32x4(x, distance)
  #endif
}

/// The magnitude of `x` (which is not negative) with the sign of `sign`.
@_transparent func withSign(_ x: VF32, of sign: VF32) -> VF32 {
  float(bits: bits(x) | (bits(sign) & VI32(repeating: Int32.min)))
}

@_transparent func squareRoot(_ x: VF32) -> VF32 {
  #if KERNELS_AVX512
    ngraph_sqrt_f32x16(x)
  #elseif KERNELS_AVX2
    ngraph_sqrt_f32x8(x)
  #else
    ngraph_sqrt_f32x4(x)
  #endif
}

@_transparent func squareRoot(_ x: VF64) -> VF64 {
  #if KERNELS_AVX512
    ngraph_sqrt_f64x8(x)
  #elseif KERNELS_AVX2
    ngraph_sqrt_f64x4(x)
  #else
    ngraph_sqrt_f64x2(x)
  #endif
}

@_transparent func float(_ x: VI32) -> VF32 {
  #if KERNELS_AVX512
    ngraph_f32_of_i32x16(x)
  #elseif KERNELS_AVX2
    ngraph_f32_of_i32x8(x)
  #else
    ngraph_f32_of_i32x4(x)
  #endif
}

/// The lower half of the lanes, widened.
@_transparent func lowDouble(_ x: VF32) -> VF64 {
  #if KERNELS_AVX512
    ngraph_low_f64_of_f32x16(x)
  #elseif KERNELS_AVX2
    ngraph_low_f64_of_f32x8(x)
  #else
    ngraph_low_f64_of_f32x4(x)
  #endif
}

/// The upper half of the lanes, widened.
@_transparent func highDouble(_ x: VF32) -> VF64 {
  #if KERNELS_AVX512
    ngraph_high_f64_of_f32x16(x)
  #elseif KERNELS_AVX2
    ngraph_high_f64_of_f32x8(x)
  #else
    ngraph_high_f64_of_f32x4(x)
  #endif
}

/// Both halves rounded to `Float` and joined.
@_transparent func narrow(_ low: VF64, _ high: VF64) -> VF32 {
  #if KERNELS_AVX512
    ngraph_f32x16_of_f64(low, high)
  #elseif KERNELS_AVX2
    ngraph_f32x8_of_f64(low, high)
  #else
    ngraph_f32x4_of_f64(low, high)
  #endif
}

/// `x * 2^n`, rounded once; `n` holds integers and `nBits` is the same as integers, |n| < 253.
@_transparent func scale(_ x: VF32, _ n: VF32, _ nBits: VI32) -> VF32 {
  #if KERNELS_AVX512
    ngraph_scale_f32x16(x, n, nBits)
  #elseif KERNELS_AVX2
    ngraph_scale_f32x8(x, n, nBits)
  #else
    ngraph_scale_f32x4(x, n, nBits)
  #endif
}

/// To the nearest integer, ties to even. Without a rounding instruction 2^23 is added and taken away.
@_transparent func roundEven(_ x: VF32) -> VF32 {
  if ngraph_fuses() { return x.rounded(.toNearestOrEven) }
  let limit: VF32 = splat(8_388_608)
  let size: VF32 = magnitude(x)
  let rounded: VF32 = (size + limit) - limit
  return withSign(select(size .< limit, rounded, size), of: x)
}

@_transparent func roundDown(_ x: VF32) -> VF32 {
  if ngraph_fuses() { return x.rounded(.down) }
  let nearest: VF32 = roundEven(x)
  return select(nearest .> x, nearest - splat(1), nearest)
}

@_transparent func roundUp(_ x: VF32) -> VF32 {
  if ngraph_fuses() { return x.rounded(.up) }
  let nearest: VF32 = roundEven(x)
  return withSign(magnitude(select(nearest .< x, nearest + splat(1), nearest)), of: x)
}
