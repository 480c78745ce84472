/// Words that Swift's SIMD types cannot say: what instruction set this translation was compiled for,
/// the CPU probe, and vendor intrinsics as `static inline` functions. Each importing Swift module
/// compiles this header with its own flags, so the same name can mean different instructions.
#ifndef NGRAPH_CVECTOR_H
#define NGRAPH_CVECTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

/// The highest level above that the running CPU and operating system support.
int ngraph_supported_isa(void);

#endif
