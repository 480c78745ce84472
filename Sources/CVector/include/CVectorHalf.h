/// 16-bit floating-point numbers, one at a time, in forms that compilers vectorize: with the conversion
/// instructions where there are, else by integer arithmetic. Included by CVector.h.
#ifndef NGRAPH_CVECTOR_HALF_H
#define NGRAPH_CVECTOR_HALF_H

#include "CVector.h"

NGRAPH_INLINE uint32_t ngraph_bits_of_f32(float x) {
  uint32_t bits;
  __builtin_memcpy(&bits, &x, sizeof bits);
  return bits;
}

NGRAPH_INLINE float ngraph_f32_of_bits(uint32_t bits) {
  float x;
  __builtin_memcpy(&x, &bits, sizeof x);
  return x;
}

NGRAPH_INLINE float ngraph_f32_of_f16(uint16_t half) {
#if defined(__F16C__) || defined(__aarch64__)
  _Float16 x;
  __builtin_memcpy(&x, &half, sizeof x);
  return (float)x;
#else
  uint32_t sign = (uint32_t)(half & 0x8000u) << 16;
  uint32_t size = (uint32_t)(half & 0x7fffu) << 13;
  float scaled = ngraph_f32_of_bits(size) * 0x1p112f;
  uint32_t bits = size >= 0x0f800000u ? size | 0x7f800000u : ngraph_bits_of_f32(scaled);
  return ngraph_f32_of_bits(bits | sign);
#endif
}

/// To nearest, ties to even; a NaN stays one.
NGRAPH_INLINE uint16_t ngraph_f16_of_f32(float x) {
#if defined(__F16C__) || defined(__aarch64__)
  _Float16 half = (_Float16)x;
  uint16_t bits;
  __builtin_memcpy(&bits, &half, sizeof bits);
  return bits;
#else
  uint32_t bits = ngraph_bits_of_f32(x);
  uint32_t size = bits & 0x7fffffffu;
  uint32_t normal = (size + 0xc8000fffu + ((size >> 13) & 1u)) >> 13;
  uint32_t small = ngraph_bits_of_f32(ngraph_f32_of_bits(size) + 0.5f) - 0x3f000000u;
  uint32_t half = size < 0x38800000u ? small : normal;
  half = size >= 0x47800000u ? 0x7c00u : half;
  half = size > 0x7f800000u ? 0x7e00u | ((size >> 13) & 0x3ffu) : half;
  return (uint16_t)(half | ((bits >> 16) & 0x8000u));
#endif
}

NGRAPH_INLINE float ngraph_f32_of_bf16(uint16_t half) { return ngraph_f32_of_bits((uint32_t)half << 16); }

/// To nearest, ties to even; a NaN stays one.
NGRAPH_INLINE uint16_t ngraph_bf16_of_f32(float x) {
  uint32_t bits = ngraph_bits_of_f32(x);
  uint32_t rounded = (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
  return (uint16_t)((bits & 0x7fffffffu) > 0x7f800000u ? (bits >> 16) | 0x40u : rounded);
}

/// A double rounded to odd: rounding the result once more to a shorter type is rounding the double once.
NGRAPH_INLINE float ngraph_f32_of_f64_to_odd(double x) {
  float nearest = (float)x;
  uint32_t bits = ngraph_bits_of_f32(nearest);
  double size = __builtin_fabs(x);
  double rounded = __builtin_fabs((double)nearest);
  if (rounded > size) bits -= 1;
  if (rounded != size && size == size) bits |= 1;
  return ngraph_f32_of_bits(bits);
}

#endif
