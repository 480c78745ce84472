/// Words for elementwise arithmetic on whole registers: square roots, conversions between element types
/// of equal lane count, widening and narrowing, scaling by powers of two. Included by CVector.h.
#ifndef NGRAPH_CVECTOR_WORDS_H
#define NGRAPH_CVECTOR_WORDS_H

#include "CVector.h"

typedef int32_t ngraph_i32x4 __attribute__((ext_vector_type(4)));
typedef int32_t ngraph_i32x8 __attribute__((ext_vector_type(8)));
typedef int32_t ngraph_i32x16 __attribute__((ext_vector_type(16)));
typedef float ngraph_f32x2 __attribute__((ext_vector_type(2)));

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wpsabi"

#define NGRAPH_WORDS(N, H)                                                                          \
  NGRAPH_INLINE ngraph_f32x##N ngraph_sqrt_f32x##N(ngraph_f32x##N v) {                              \
    return __builtin_elementwise_sqrt(v);                                                           \
  }                                                                                                 \
  NGRAPH_INLINE ngraph_f64x##H ngraph_sqrt_f64x##H(ngraph_f64x##H v) {                              \
    return __builtin_elementwise_sqrt(v);                                                           \
  }                                                                                                 \
  NGRAPH_INLINE ngraph_f32x##N ngraph_f32_of_i32x##N(ngraph_i32x##N v) {                            \
    return __builtin_convertvector(v, ngraph_f32x##N);                                              \
  }                                                                                                 \
  NGRAPH_INLINE ngraph_f64x##H ngraph_low_f64_of_f32x##N(ngraph_f32x##N v) {                        \
    return __builtin_convertvector(v.lo, ngraph_f64x##H);                                           \
  }                                                                                                 \
  NGRAPH_INLINE ngraph_f64x##H ngraph_high_f64_of_f32x##N(ngraph_f32x##N v) {                       \
    return __builtin_convertvector(v.hi, ngraph_f64x##H);                                           \
  }                                                                                                 \
  NGRAPH_INLINE ngraph_f32x##N ngraph_f32x##N##_of_f64(ngraph_f64x##H low, ngraph_f64x##H high) {   \
    ngraph_f32x##N v;                                                                               \
    v.lo = __builtin_convertvector(low, ngraph_f32x##H);                                            \
    v.hi = __builtin_convertvector(high, ngraph_f32x##H);                                           \
    return v;                                                                                       \
  }                                                                                                 \
  /* v * 2^n rounded once, for |n| < 253; n is integral in every lane. */                           \
  NGRAPH_INLINE ngraph_f32x##N ngraph_scale_by_parts_f32x##N(ngraph_f32x##N v, ngraph_i32x##N n) {  \
    ngraph_i32x##N half = n >> 1;                                                                   \
    ngraph_i32x##N first = (half + 127) << 23;                                                      \
    ngraph_i32x##N second = (n - half + 127) << 23;                                                 \
    return v * (ngraph_f32x##N)first * (ngraph_f32x##N)second;                                      \
  }

NGRAPH_WORDS(4, 2)
NGRAPH_WORDS(8, 4)
NGRAPH_WORDS(16, 8)
#undef NGRAPH_WORDS

/// `v * 2^n`, n being small integers as floats of which `bits` are the integers.
NGRAPH_INLINE ngraph_f32x4 ngraph_scale_f32x4(ngraph_f32x4 v, ngraph_f32x4 n, ngraph_i32x4 bits) {
  return ngraph_scale_by_parts_f32x4(v, bits);
}

NGRAPH_INLINE ngraph_f32x8 ngraph_scale_f32x8(ngraph_f32x8 v, ngraph_f32x8 n, ngraph_i32x8 bits) {
  return ngraph_scale_by_parts_f32x8(v, bits);
}

NGRAPH_INLINE ngraph_f32x16 ngraph_scale_f32x16(ngraph_f32x16 v, ngraph_f32x16 n, ngraph_i32x16 bits) {
#ifdef __AVX512F__
  return (ngraph_f32x16)_mm512_scalef_ps((__m512)v, (__m512)n);
#else
  return ngraph_scale_by_parts_f32x16(v, bits);
#endif
}

/// Whether any lane is larger in magnitude than `limit`, or not a number.
NGRAPH_INLINE bool ngraph_exceeds_f32x4(ngraph_f32x4 v, float limit) {
  ngraph_i32x4 within = __builtin_elementwise_abs(v) <= (ngraph_f32x4)limit;
#ifdef __SSE__
  return _mm_movemask_ps((__m128)within) != 0xF;
#else
  return __builtin_reduce_and(within) == 0;
#endif
}

NGRAPH_INLINE bool ngraph_exceeds_f32x8(ngraph_f32x8 v, float limit) {
  ngraph_i32x8 within = __builtin_elementwise_abs(v) <= (ngraph_f32x8)limit;
#ifdef __AVX__
  return _mm256_movemask_ps((__m256)within) != 0xFF;
#else
  return __builtin_reduce_and(within) == 0;
#endif
}

NGRAPH_INLINE bool ngraph_exceeds_f32x16(ngraph_f32x16 v, float limit) {
#ifdef __AVX512F__
  return _mm512_cmp_ps_mask(_mm512_abs_ps((__m512)v), _mm512_set1_ps(limit), _CMP_NLE_UQ) != 0;
#else
  ngraph_i32x16 within = __builtin_elementwise_abs(v) <= (ngraph_f32x16)limit;
  return __builtin_reduce_and(within) == 0;
#endif
}

/// Exchanges neighbouring groups of `distance` lanes, a power of two below the number of lanes.
NGRAPH_INLINE ngraph_f32x4 ngraph_exchange_f32x4(ngraph_f32x4 v, long distance) {
  return distance == 1 ? __builtin_shufflevector(v, v, 1, 0, 3, 2) : __builtin_shufflevector(v, v, 2, 3, 0, 1);
}

NGRAPH_INLINE ngraph_f32x8 ngraph_exchange_f32x8(ngraph_f32x8 v, long distance) {
  if (distance == 1) return __builtin_shufflevector(v, v, 1, 0, 3, 2, 5, 4, 7, 6);
  if (distance == 2) return __builtin_shufflevector(v, v, 2, 3, 0, 1, 6, 7, 4, 5);
  return __builtin_shufflevector(v, v, 4, 5, 6, 7, 0, 1, 2, 3);
}

NGRAPH_INLINE ngraph_f32x16 ngraph_exchange_f32x16(ngraph_f32x16 v, long distance) {
  if (distance == 1)
    return __builtin_shufflevector(v, v, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14);
  if (distance == 2)
    return __builtin_shufflevector(v, v, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13);
  if (distance == 4)
    return __builtin_shufflevector(v, v, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11);
  return __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
}

#pragma clang diagnostic pop

#endif
