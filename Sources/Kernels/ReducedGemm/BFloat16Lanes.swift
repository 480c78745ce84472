internal import CVector
internal import KernelInterface

/// Words of two bfloat16, the earlier one in the lower half. Floats are rounded to nearest, ties to even; one
/// past the largest bfloat16 becomes infinite, a NaN stays one. The upper product is added before the lower
/// one.
protocol BFloat16Words: ReducedLanes {}

extension BFloat16Words {
  @inline(__always) static var group: Int { 2 }
  @inline(__always) static var isQuantized: Bool { false }
  @inline(__always) static var entryCost: Int { 6 }
  @inline(__always) static var rowCost: Int { 8 }

  @inline(__always) static func weightWord(_ numbers: SIMD4<Float>, _ factor: Float) -> UInt32 {
    let low: UInt32 = UInt32(truncatingIfNeeded: ngraph_bf16_of_f32(numbers[0]))
    return (UInt32(truncatingIfNeeded: ngraph_bf16_of_f32(numbers[1])) &<< 16) | low
  }

  @inline(never)
  static func encode(
    _ source: UnsafePointer<Float>, _ count: Int, _ codes: LaneCodes, _ lane: Int,
    _ to: UnsafeMutableRawPointer
  ) {
    let halves: UnsafeMutablePointer<UInt16> = to.assumingMemoryBound(to: UInt16.self)
    for i in 0..<count { halves[i] = ngraph_bf16_of_f32(source[i]) }
  }

  @inline(never)
  static func encodeWords(
    _ source: UnsafePointer<Float>, _ stride: Int, _ steps: Int, _ lanes: Int, _ codes: LaneCodes,
    _ to: UnsafeMutablePointer<UInt32>
  ) {
    guard steps > 1 else {
      for l in 0..<lanes { to[l] = UInt32(truncatingIfNeeded: ngraph_bf16_of_f32(source[l])) }
      return
    }
    let next: UnsafePointer<Float> = source + stride
    for l in 0..<lanes {
      let low: UInt32 = UInt32(truncatingIfNeeded: ngraph_bf16_of_f32(source[l]))
      let high: UInt32 = UInt32(truncatingIfNeeded: ngraph_bf16_of_f32(next[l]))
      to[l] = (high &<< 16) | low
    }
  }
}

/// The products by two multiply-adds of floats. A product of two bfloat16 is exact in f32, so that this is
/// the instruction's result but for subnormal numbers, which are kept here.
enum BFloat16Lanes: BFloat16Words {
  typealias Element = Float
  typealias Vector = VF32

  @inline(__always) static var stepCost: Int { 30 }

  @inline(__always) static func mulAdd(_ left: VF32, _ right: VF32, _ addend: VF32) -> VF32 {
    let upper: VF32 = F32Lanes.mulAdd(high(left), high(right), addend)
    return F32Lanes.mulAdd(low(left), low(right), upper)
  }

  @inline(__always) private static func high(_ words: VF32) -> VF32 {
    float(bits: bits(words) & VI32(repeating: -65536))
  }

  @inline(__always) private static func low(_ words: VF32) -> VF32 {
    float(bits: bits(words) &<< VI32(repeating: 16))
  }
}

#if KERNELS_AVX512
  /// The products by AVX512_BF16, which takes subnormal numbers for zeros.
  enum BFloat16DotLanes: BFloat16Words {
    typealias Element = Float
    typealias Vector = VF32

    @inline(__always) static var stepCost: Int { 10 }

    @inline(never)
    static func encode(
      _ source: UnsafePointer<Float>, _ count: Int, _ codes: LaneCodes, _ lane: Int,
      _ to: UnsafeMutableRawPointer
    ) {
      let halves: UnsafeMutablePointer<UInt16> = to.assumingMemoryBound(to: UInt16.self)
      var i: Int = 0
      while i + F32Lanes.count <= count {
        ngraph_store_bf16_f32x16(halves + i, F32Lanes.load(source + i))
        i += F32Lanes.count
      }
      while i < count {
        halves[i] = ngraph_bf16_of_f32(source[i])
        i += 1
      }
    }

    @inline(__always) static func mulAdd(_ left: VF32, _ right: VF32, _ addend: VF32) -> VF32 {
      ngraph_dot_bf16_f32x16(left, right, addend)
    }
  }
#endif
