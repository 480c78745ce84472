/// Words that Swift's SIMD types cannot say: what instruction set this translation was compiled for,
/// the CPU probe, and vendor intrinsics as `static inline` functions. Each importing Swift module
/// compiles this header with its own flags, so the same name can mean different instructions.
#ifndef NGRAPH_CVECTOR_H
#define NGRAPH_CVECTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

/// Instruction set levels, ordered: 0 baseline, 2 AVX2 + FMA + F16C, 3 AVX-512 (F, BW, CD, DQ, VL).
/// 1 is NEON, which on arm64 is the baseline.
#if defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512DQ__) && defined(__AVX512VL__)
enum { ngraph_compiled_isa = 3 };
#elif defined(__AVX2__) && defined(__FMA__) && defined(__F16C__)
enum { ngraph_compiled_isa = 2 };
#elif defined(__aarch64__)
enum { ngraph_compiled_isa = 1 };
#else
enum { ngraph_compiled_isa = 0 };
#endif

/// Whether a fused multiply-add is one instruction here; elsewhere it would be a call of libm.
/// A function, so that Swift does not warn about the branch that is never taken.
static inline __attribute__((always_inline, unused)) bool ngraph_fuses(void) {
#if defined(__FMA__) || defined(__aarch64__)
  return true;
#else
  return false;
#endif
}

/// The highest level above that the running CPU and operating system support.
int ngraph_supported_isa(void);

/// How many processors the process may run on, by its affinity where the system has one; below 1 on failure.
int ngraph_available_processors(void);

/// Vectors as Swift's SIMD types see them: `ngraph_f32x16` is `SIMD16<Float>` whatever the flags, so
/// that a module that was compiled without its instruction set (a debug build) still type-checks.
typedef float ngraph_f32x4 __attribute__((ext_vector_type(4)));
typedef float ngraph_f32x8 __attribute__((ext_vector_type(8)));
typedef float ngraph_f32x16 __attribute__((ext_vector_type(16)));
typedef double ngraph_f64x2 __attribute__((ext_vector_type(2)));
typedef double ngraph_f64x4 __attribute__((ext_vector_type(4)));
typedef double ngraph_f64x8 __attribute__((ext_vector_type(8)));

#define NGRAPH_INLINE static inline __attribute__((always_inline, unused))

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wpsabi"

/// `ngraph_load_<type>(p, n)`: the first n lanes from memory, the others zero; memory past n is not touched.
/// `ngraph_store_<type>(p, n, v)`: writes the first n lanes only. 0 <= n <= lanes; no alignment is asked.
#define NGRAPH_PARTIAL(TYPE, ELEMENT, LANES)                                                        \
  NGRAPH_INLINE ngraph_##TYPE ngraph_load_lanes_##TYPE(const ELEMENT *p, long n) {                  \
    ngraph_##TYPE v = 0;                                                                            \
    for (long i = 0; i < LANES; i++)                                                                \
      if (i < n) v[i] = p[i];                                                                       \
    return v;                                                                                       \
  }                                                                                                 \
  NGRAPH_INLINE void ngraph_store_lanes_##TYPE(ELEMENT *p, long n, ngraph_##TYPE v) {               \
    for (long i = 0; i < LANES; i++)                                                                \
      if (i < n) p[i] = v[i];                                                                       \
  }
NGRAPH_PARTIAL(f32x4, float, 4)
NGRAPH_PARTIAL(f32x8, float, 8)
NGRAPH_PARTIAL(f32x16, float, 16)
NGRAPH_PARTIAL(f64x2, double, 2)
NGRAPH_PARTIAL(f64x4, double, 4)
NGRAPH_PARTIAL(f64x8, double, 8)
#undef NGRAPH_PARTIAL

NGRAPH_INLINE ngraph_f32x4 ngraph_load_f32x4(const float *p, long n) { return ngraph_load_lanes_f32x4(p, n); }
NGRAPH_INLINE void ngraph_store_f32x4(float *p, long n, ngraph_f32x4 v) { ngraph_store_lanes_f32x4(p, n, v); }
NGRAPH_INLINE ngraph_f64x2 ngraph_load_f64x2(const double *p, long n) { return ngraph_load_lanes_f64x2(p, n); }
NGRAPH_INLINE void ngraph_store_f64x2(double *p, long n, ngraph_f64x2 v) { ngraph_store_lanes_f64x2(p, n, v); }

NGRAPH_INLINE ngraph_f32x8 ngraph_load_f32x8(const float *p, long n) {
#ifdef __AVX2__
  __m256i mask = _mm256_cmpgt_epi32(_mm256_set1_epi32((int)n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
  return (ngraph_f32x8)_mm256_maskload_ps(p, mask);
#else
  return ngraph_load_lanes_f32x8(p, n);
#endif
}

NGRAPH_INLINE void ngraph_store_f32x8(float *p, long n, ngraph_f32x8 v) {
#ifdef __AVX2__
  __m256i mask = _mm256_cmpgt_epi32(_mm256_set1_epi32((int)n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
  _mm256_maskstore_ps(p, mask, (__m256)v);
#else
  ngraph_store_lanes_f32x8(p, n, v);
#endif
}

NGRAPH_INLINE ngraph_f64x4 ngraph_load_f64x4(const double *p, long n) {
#ifdef __AVX2__
  __m256i mask = _mm256_cmpgt_epi64(_mm256_set1_epi64x(n), _mm256_setr_epi64x(0, 1, 2, 3));
  return (ngraph_f64x4)_mm256_maskload_pd(p, mask);
#else
  return ngraph_load_lanes_f64x4(p, n);
#endif
}

NGRAPH_INLINE void ngraph_store_f64x4(double *p, long n, ngraph_f64x4 v) {
#ifdef __AVX2__
  __m256i mask = _mm256_cmpgt_epi64(_mm256_set1_epi64x(n), _mm256_setr_epi64x(0, 1, 2, 3));
  _mm256_maskstore_pd(p, mask, (__m256d)v);
#else
  ngraph_store_lanes_f64x4(p, n, v);
#endif
}

NGRAPH_INLINE ngraph_f32x16 ngraph_load_f32x16(const float *p, long n) {
#ifdef __AVX512F__
  return (ngraph_f32x16)_mm512_maskz_loadu_ps((__mmask16)((1u << n) - 1u), p);
#else
  return ngraph_load_lanes_f32x16(p, n);
#endif
}

NGRAPH_INLINE void ngraph_store_f32x16(float *p, long n, ngraph_f32x16 v) {
#ifdef __AVX512F__
  _mm512_mask_storeu_ps(p, (__mmask16)((1u << n) - 1u), (__m512)v);
#else
  ngraph_store_lanes_f32x16(p, n, v);
#endif
}

NGRAPH_INLINE ngraph_f64x8 ngraph_load_f64x8(const double *p, long n) {
#ifdef __AVX512F__
  return (ngraph_f64x8)_mm512_maskz_loadu_pd((__mmask8)((1u << n) - 1u), p);
#else
  return ngraph_load_lanes_f64x8(p, n);
#endif
}

NGRAPH_INLINE void ngraph_store_f64x8(double *p, long n, ngraph_f64x8 v) {
#ifdef __AVX512F__
  _mm512_mask_storeu_pd(p, (__mmask8)((1u << n) - 1u), (__m512d)v);
#else
  ngraph_store_lanes_f64x8(p, n, v);
#endif
}

/// ngraph_load_even_<type>(p): elements 0, 2, ... of the 2 * lanes - 1 at p, by two loads that overlap in one.
#define NGRAPH_LOAD_EVEN(TYPE, ELEMENT, LANES, ...)                                                 \
  NGRAPH_INLINE ngraph_##TYPE ngraph_load_even_##TYPE(const ELEMENT *p) {                           \
    ngraph_##TYPE low, high;                                                                        \
    __builtin_memcpy(&low, p, sizeof low);                                                          \
    __builtin_memcpy(&high, p + LANES - 1, sizeof high);                                            \
    return __builtin_shufflevector(low, high, __VA_ARGS__);                                         \
  }
NGRAPH_LOAD_EVEN(f32x4, float, 4, 0, 2, 5, 7)
NGRAPH_LOAD_EVEN(f32x8, float, 8, 0, 2, 4, 6, 9, 11, 13, 15)
NGRAPH_LOAD_EVEN(f32x16, float, 16, 0, 2, 4, 6, 8, 10, 12, 14, 17, 19, 21, 23, 25, 27, 29, 31)
NGRAPH_LOAD_EVEN(f64x2, double, 2, 0, 3)
NGRAPH_LOAD_EVEN(f64x4, double, 4, 0, 2, 5, 7)
NGRAPH_LOAD_EVEN(f64x8, double, 8, 0, 2, 4, 6, 9, 11, 13, 15)
#undef NGRAPH_LOAD_EVEN

/// Transposes 4 x 4 elements: out[j * out_stride + i] = p[i * stride + j].
#define NGRAPH_TRANSPOSE4(NAME, TYPE, ELEMENT)                                                      \
  NGRAPH_INLINE void NAME(const ELEMENT *p, long stride, ELEMENT *out, long out_stride) {           \
    ngraph_##TYPE r0, r1, r2, r3;                                                                   \
    __builtin_memcpy(&r0, p, sizeof r0);                                                            \
    __builtin_memcpy(&r1, p + stride, sizeof r1);                                                   \
    __builtin_memcpy(&r2, p + 2 * stride, sizeof r2);                                               \
    __builtin_memcpy(&r3, p + 3 * stride, sizeof r3);                                               \
    ngraph_##TYPE a = __builtin_shufflevector(r0, r1, 0, 4, 1, 5);                                  \
    ngraph_##TYPE b = __builtin_shufflevector(r2, r3, 0, 4, 1, 5);                                  \
    ngraph_##TYPE c = __builtin_shufflevector(r0, r1, 2, 6, 3, 7);                                  \
    ngraph_##TYPE d = __builtin_shufflevector(r2, r3, 2, 6, 3, 7);                                  \
    r0 = __builtin_shufflevector(a, b, 0, 1, 4, 5);                                                 \
    r1 = __builtin_shufflevector(a, b, 2, 3, 6, 7);                                                 \
    r2 = __builtin_shufflevector(c, d, 0, 1, 4, 5);                                                 \
    r3 = __builtin_shufflevector(c, d, 2, 3, 6, 7);                                                 \
    __builtin_memcpy(out, &r0, sizeof r0);                                                          \
    __builtin_memcpy(out + out_stride, &r1, sizeof r1);                                             \
    __builtin_memcpy(out + 2 * out_stride, &r2, sizeof r2);                                         \
    __builtin_memcpy(out + 3 * out_stride, &r3, sizeof r3);                                         \
  }
NGRAPH_TRANSPOSE4(ngraph_transpose4_f32, f32x4, float)
NGRAPH_TRANSPOSE4(ngraph_transpose4_f64, f64x4, double)
#undef NGRAPH_TRANSPOSE4

typedef int32_t ngraph_i32x4_pairs __attribute__((ext_vector_type(4)));
typedef int32_t ngraph_i32x8_pairs __attribute__((ext_vector_type(8)));
typedef int32_t ngraph_i32x16_pairs __attribute__((ext_vector_type(16)));

/// ngraph_multiply_pairs_<type>(a, b): lanes are pairs of 16-bit integers; the sum of both products.
#define NGRAPH_MULTIPLY_PAIRS(TYPE, LANES)                                                          \
  NGRAPH_INLINE ngraph_##TYPE##_pairs ngraph_multiply_pairs_lanes_##TYPE(ngraph_##TYPE##_pairs a,   \
                                                                       ngraph_##TYPE##_pairs b) {   \
    ngraph_##TYPE##_pairs low = ((a << 16) >> 16) * ((b << 16) >> 16);                              \
    return low + (a >> 16) * (b >> 16);                                                             \
  }
NGRAPH_MULTIPLY_PAIRS(i32x4, 4)
NGRAPH_MULTIPLY_PAIRS(i32x8, 8)
NGRAPH_MULTIPLY_PAIRS(i32x16, 16)
#undef NGRAPH_MULTIPLY_PAIRS

NGRAPH_INLINE ngraph_i32x4_pairs ngraph_multiply_pairs_i32x4(ngraph_i32x4_pairs a, ngraph_i32x4_pairs b) {
#ifdef __SSE2__
  return (ngraph_i32x4_pairs)_mm_madd_epi16((__m128i)a, (__m128i)b);
#else
  return ngraph_multiply_pairs_lanes_i32x4(a, b);
#endif
}

NGRAPH_INLINE ngraph_i32x8_pairs ngraph_multiply_pairs_i32x8(ngraph_i32x8_pairs a, ngraph_i32x8_pairs b) {
#ifdef __AVX2__
  return (ngraph_i32x8_pairs)_mm256_madd_epi16((__m256i)a, (__m256i)b);
#else
  return ngraph_multiply_pairs_lanes_i32x8(a, b);
#endif
}

NGRAPH_INLINE ngraph_i32x16_pairs ngraph_multiply_pairs_i32x16(ngraph_i32x16_pairs a, ngraph_i32x16_pairs b) {
#ifdef __AVX512BW__
  return (ngraph_i32x16_pairs)_mm512_madd_epi16((__m512i)a, (__m512i)b);
#else
  return ngraph_multiply_pairs_lanes_i32x16(a, b);
#endif
}

/// Asks for the line at p in the first-level cache; never faults.
NGRAPH_INLINE void ngraph_prefetch(const void *p) { __builtin_prefetch(p, 0, 3); }

/// Asks for the line at p in the second-level cache; never faults.
NGRAPH_INLINE void ngraph_prefetch_far(const void *p) { __builtin_prefetch(p, 0, 2); }

/// Tells the processor that this thread is waiting for another one's store.
NGRAPH_INLINE void ngraph_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

#pragma clang diagnostic pop

#include "CVectorDot.h"
#include "CVectorHalf.h"
#include "CVectorTranspose.h"
#include "CVectorWords.h"

#endif
