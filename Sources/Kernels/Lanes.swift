/// The vector types of the instruction set that this module is compiled for: one register of `Float`,
/// `Double` and the integers of their width. Kernels are written once in terms of these.
#if KERNELS_AVX512
  typealias VF32 = SIMD16<Float>
  typealias VF64 = SIMD8<Double>
  typealias VI32 = SIMD16<Int32>
  typealias VU32 = SIMD16<UInt32>
  typealias VI64 = SIMD8<Int64>
#elseif KERNELS_AVX2
  typealias VF32 = SIMD8<Float>
  typealias VF64 = SIMD4<Double>
  typealias VI32 = SIMD8<Int32>
  typealias VU32 = SIMD8<UInt32>
  typealias VI64 = SIMD4<Int64>
#else
  typealias VF32 = SIMD4<Float>
  typealias VF64 = SIMD2<Double>
  typealias VI32 = SIMD4<Int32>
  typealias VU32 = SIMD4<UInt32>
  typealias VI64 = SIMD2<Int64>
#endif
