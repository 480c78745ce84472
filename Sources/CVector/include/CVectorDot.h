/// Dot products of short numbers, several to each 32-bit lane. The instructions are newer than the level that
/// a module is compiled for, hence written out: whoever calls these has asked the processor before.
/// Included by CVector.h.
#ifndef NGRAPH_CVECTOR_DOT_H
#define NGRAPH_CVECTOR_DOT_H

#include "CVector.h"

/// Whether the running processor has AVX512_BF16 beside the AVX-512 level.
bool ngraph_supports_bf16_dot(void);
/// Whether it has AVX512_VNNI beside the AVX-512 level, or AVX_VNNI beside AVX2.
bool ngraph_supports_byte_dot_512(void);
bool ngraph_supports_byte_dot_256(void);

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wpsabi"

/// sum + the products of the upper and of the lower bfloat16 of each lane; subnormal numbers count as zero.
NGRAPH_INLINE ngraph_f32x16 ngraph_dot_bf16_f32x16(ngraph_f32x16 a, ngraph_f32x16 b, ngraph_f32x16 sum) {
#ifdef __AVX512F__
  __asm__("vdpbf16ps %2, %1, %0" : "+v"(sum) : "v"(a), "v"(b));
#endif
  return sum;
}

/// Writes the bfloat16 nearest to each lane, ties to even; subnormal numbers become zero, a NaN stays one.
NGRAPH_INLINE void ngraph_store_bf16_f32x16(uint16_t *to, ngraph_f32x16 x) {
#ifdef __AVX512F__
  typedef uint16_t halves __attribute__((ext_vector_type(16)));
  halves result;
  __asm__("vcvtneps2bf16 %1, %0" : "=v"(result) : "v"(x));
  __builtin_memcpy(to, &result, sizeof result);
#endif
}

/// Writes the lowest byte of each lane.
NGRAPH_INLINE void ngraph_store_bytes_i32x16(uint8_t *to, ngraph_i32x16_pairs x) {
  typedef uint8_t bytes __attribute__((ext_vector_type(16)));
  bytes result = __builtin_convertvector(x, bytes);
  __builtin_memcpy(to, &result, sizeof result);
}

/// ngraph_dot_bytes_<type>(a, b, sum): sum + the products of the unsigned bytes of `a` with the signed bytes of
/// `b`, four to a lane, exact; by general instructions.
#define NGRAPH_DOT_BYTES(LANES, HALVES)                                                             \
  typedef int16_t ngraph_i16x##HALVES##_halves __attribute__((ext_vector_type(HALVES)));            \
  NGRAPH_INLINE ngraph_i32x##LANES##_pairs ngraph_dot_bytes_i32x##LANES(                            \
      ngraph_i32x##LANES##_pairs a, ngraph_i32x##LANES##_pairs b, ngraph_i32x##LANES##_pairs sum) { \
    ngraph_i16x##HALVES##_halves even = ((ngraph_i16x##HALVES##_halves)b << 8) >> 8;                \
    ngraph_i16x##HALVES##_halves odd = (ngraph_i16x##HALVES##_halves)b >> 8;                        \
    ngraph_i32x##LANES##_pairs low = a & 0x00ff00ff;                                                \
    ngraph_i32x##LANES##_pairs high = (a >> 8) & 0x00ff00ff;                                        \
    sum += ngraph_multiply_pairs_i32x##LANES(low, (ngraph_i32x##LANES##_pairs)even);                \
    return sum + ngraph_multiply_pairs_i32x##LANES(high, (ngraph_i32x##LANES##_pairs)odd);          \
  }
NGRAPH_DOT_BYTES(4, 8)
NGRAPH_DOT_BYTES(8, 16)
NGRAPH_DOT_BYTES(16, 32)
#undef NGRAPH_DOT_BYTES

/// The same by AVX512_VNNI.
NGRAPH_INLINE ngraph_i32x16_pairs ngraph_vnni_i32x16(ngraph_i32x16_pairs a, ngraph_i32x16_pairs b,
                                                     ngraph_i32x16_pairs sum) {
#ifdef __AVX512F__
  __asm__("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(a), "v"(b));
#endif
  return sum;
}

/// The same by AVX_VNNI.
NGRAPH_INLINE ngraph_i32x8_pairs ngraph_vnni_i32x8(ngraph_i32x8_pairs a, ngraph_i32x8_pairs b,
                                                   ngraph_i32x8_pairs sum) {
#ifdef __AVX2__
  __asm__("%{vex%} vpdpbusd %2, %1, %0" : "+x"(sum) : "x"(a), "x"(b));
#endif
  return sum;
}

#pragma clang diagnostic pop

#endif
