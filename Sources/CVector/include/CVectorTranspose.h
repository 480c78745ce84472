/// Transposes of one square tile in registers. `ngraph_transpose_<lanes>x<bits>(out, outStride, in, inStride)`:
/// strides are in elements, no alignment is asked. Included by CVector.h.
#ifndef NGRAPH_CVECTOR_TRANSPOSE_H
#define NGRAPH_CVECTOR_TRANSPOSE_H

#include "CVector.h"

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wpsabi"

typedef uint8_t ngraph_u8x16 __attribute__((ext_vector_type(16)));
typedef uint16_t ngraph_u16x8 __attribute__((ext_vector_type(8)));
typedef uint32_t ngraph_u32x4 __attribute__((ext_vector_type(4)));
typedef uint32_t ngraph_u32x8 __attribute__((ext_vector_type(8)));
typedef uint64_t ngraph_u64x2 __attribute__((ext_vector_type(2)));
typedef uint64_t ngraph_u64x4 __attribute__((ext_vector_type(4)));

#define NGRAPH_LOAD_ROWS(N, E)                                                                      \
  for (int i = 0; i < N; i++) __builtin_memcpy(&a[i], (const E *)in + i * in_stride, sizeof a[i]);
#define NGRAPH_STORE_ROWS(N, E, V)                                                                  \
  for (int i = 0; i < N; i++) __builtin_memcpy((E *)out + i * out_stride, &V[i], sizeof V[i]);

/// Interleaving row i with row i + n/2, log2(n) times, transposes n rows of n elements.
#define NGRAPH_INTERLEAVE_ROUND(N, TO, FROM, LOW, HIGH)                                             \
  for (int i = 0; i < N / 2; i++) {                                                                 \
    TO[2 * i] = __builtin_shufflevector(FROM[i], FROM[i + N / 2], LOW);                             \
    TO[2 * i + 1] = __builtin_shufflevector(FROM[i], FROM[i + N / 2], HIGH);                        \
  }

#define NGRAPH_LOW2 0, 2
#define NGRAPH_HIGH2 1, 3
#define NGRAPH_LOW4 0, 4, 1, 5
#define NGRAPH_HIGH4 2, 6, 3, 7
#define NGRAPH_LOW8 0, 8, 1, 9, 2, 10, 3, 11
#define NGRAPH_HIGH8 4, 12, 5, 13, 6, 14, 7, 15
#define NGRAPH_LOW16 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23
#define NGRAPH_HIGH16 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31

NGRAPH_INLINE void ngraph_transpose_2x64(void *out, long out_stride, const void *in, long in_stride) {
  ngraph_u64x2 a[2], b[2];
  NGRAPH_LOAD_ROWS(2, uint64_t)
  NGRAPH_INTERLEAVE_ROUND(2, b, a, NGRAPH_LOW2, NGRAPH_HIGH2)
  NGRAPH_STORE_ROWS(2, uint64_t, b)
}

NGRAPH_INLINE void ngraph_transpose_4x32(void *out, long out_stride, const void *in, long in_stride) {
  ngraph_u32x4 a[4], b[4];
  NGRAPH_LOAD_ROWS(4, uint32_t)
  NGRAPH_INTERLEAVE_ROUND(4, b, a, NGRAPH_LOW4, NGRAPH_HIGH4)
  NGRAPH_INTERLEAVE_ROUND(4, a, b, NGRAPH_LOW4, NGRAPH_HIGH4)
  NGRAPH_STORE_ROWS(4, uint32_t, a)
}

NGRAPH_INLINE void ngraph_transpose_8x16(void *out, long out_stride, const void *in, long in_stride) {
  ngraph_u16x8 a[8], b[8];
  NGRAPH_LOAD_ROWS(8, uint16_t)
  NGRAPH_INTERLEAVE_ROUND(8, b, a, NGRAPH_LOW8, NGRAPH_HIGH8)
  NGRAPH_INTERLEAVE_ROUND(8, a, b, NGRAPH_LOW8, NGRAPH_HIGH8)
  NGRAPH_INTERLEAVE_ROUND(8, b, a, NGRAPH_LOW8, NGRAPH_HIGH8)
  NGRAPH_STORE_ROWS(8, uint16_t, b)
}

NGRAPH_INLINE void ngraph_transpose_16x8(void *out, long out_stride, const void *in, long in_stride) {
  ngraph_u8x16 a[16], b[16];
  NGRAPH_LOAD_ROWS(16, uint8_t)
  NGRAPH_INTERLEAVE_ROUND(16, b, a, NGRAPH_LOW16, NGRAPH_HIGH16)
  NGRAPH_INTERLEAVE_ROUND(16, a, b, NGRAPH_LOW16, NGRAPH_HIGH16)
  NGRAPH_INTERLEAVE_ROUND(16, b, a, NGRAPH_LOW16, NGRAPH_HIGH16)
  NGRAPH_INTERLEAVE_ROUND(16, a, b, NGRAPH_LOW16, NGRAPH_HIGH16)
  NGRAPH_STORE_ROWS(16, uint8_t, a)
}

/// Eight rows of eight: pairs within 128-bit halves, then the halves change places.
NGRAPH_INLINE void ngraph_transpose_8x32(void *out, long out_stride, const void *in, long in_stride) {
#ifdef __AVX2__
  ngraph_u32x8 a[8], b[8];
  NGRAPH_LOAD_ROWS(8, uint32_t)
  for (int i = 0; i < 8; i += 2) {
    b[i] = __builtin_shufflevector(a[i], a[i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
    b[i + 1] = __builtin_shufflevector(a[i], a[i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
  }
  for (int i = 0; i < 8; i += 4) {
    a[i] = __builtin_shufflevector(b[i], b[i + 2], 0, 1, 8, 9, 4, 5, 12, 13);
    a[i + 1] = __builtin_shufflevector(b[i], b[i + 2], 2, 3, 10, 11, 6, 7, 14, 15);
    a[i + 2] = __builtin_shufflevector(b[i + 1], b[i + 3], 0, 1, 8, 9, 4, 5, 12, 13);
    a[i + 3] = __builtin_shufflevector(b[i + 1], b[i + 3], 2, 3, 10, 11, 6, 7, 14, 15);
  }
  for (int i = 0; i < 4; i++) {
    b[i] = __builtin_shufflevector(a[i], a[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
    b[i + 4] = __builtin_shufflevector(a[i], a[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
  }
  NGRAPH_STORE_ROWS(8, uint32_t, b)
#else
  const uint32_t *from = (const uint32_t *)in;
  uint32_t *to = (uint32_t *)out;
  for (long i = 0; i < 8; i += 4)
    for (long j = 0; j < 8; j += 4)
      ngraph_transpose_4x32(to + i * out_stride + j, out_stride, from + j * in_stride + i, in_stride);
#endif
}

/// Four rows of four doubles.
NGRAPH_INLINE void ngraph_transpose_4x64(void *out, long out_stride, const void *in, long in_stride) {
#ifdef __AVX2__
  ngraph_u64x4 a[4], b[4];
  NGRAPH_LOAD_ROWS(4, uint64_t)
  for (int i = 0; i < 4; i += 2) {
    b[i] = __builtin_shufflevector(a[i], a[i + 1], 0, 4, 2, 6);
    b[i + 1] = __builtin_shufflevector(a[i], a[i + 1], 1, 5, 3, 7);
  }
  for (int i = 0; i < 2; i++) {
    a[i] = __builtin_shufflevector(b[i], b[i + 2], 0, 1, 4, 5);
    a[i + 2] = __builtin_shufflevector(b[i], b[i + 2], 2, 3, 6, 7);
  }
  NGRAPH_STORE_ROWS(4, uint64_t, a)
#else
  const uint64_t *from = (const uint64_t *)in;
  uint64_t *to = (uint64_t *)out;
  for (long i = 0; i < 4; i += 2)
    for (long j = 0; j < 4; j += 2)
      ngraph_transpose_2x64(to + i * out_stride + j, out_stride, from + j * in_stride + i, in_stride);
#endif
}

#pragma clang diagnostic pop

#endif
