internal import CVector
internal import KernelInterface

/// Words of four bytes, the earliest one lowest: unsigned in A, signed in B. Sums are 32-bit integers, of
/// which registers of floats hold the bits.
protocol ByteWords: ReducedLanes {
  static func dot(_ left: VI32, _ right: VI32, _ sum: VI32) -> VI32
}

extension ByteWords {
  @inline(__always) static var group: Int { 4 }
  @inline(__always) static var isQuantized: Bool { true }
  @inline(__always) static var entryCost: Int { 8 }
  @inline(__always) static var rowCost: Int { 30 }

  @inline(__always) static func add(_ left: VF32, _ right: VF32) -> VF32 {
    float(bits: bits(left) &+ bits(right))
  }

  @inline(__always) static func mulAdd(_ left: VF32, _ right: VF32, _ addend: VF32) -> VF32 {
    float(bits: dot(bits(left), bits(right), bits(addend)))
  }

  /// The product x * factor is rounded before it is rounded to an integer, on every table: what is added
  /// leaves the integer in the lower bits of the fraction.
  @inline(__always)
  private static func integer(
    _ x: Float, _ factor: Float, _ zero: Int32, _ low: Int32, _ high: Int32
  ) -> UInt32 {
    let shift: Float = 12_582_912
    let shifted: Float = x * factor + shift
    var value: Int32 = Int32(bitPattern: shifted.bitPattern) &- Int32(bitPattern: shift.bitPattern)
    value = value &+ zero
    value = value < low ? low : value
    value = value > high ? high : value
    return UInt32(bitPattern: value)
  }

  /// The same of a register.
  @inline(__always)
  private static func integers(_ x: VF32, _ codes: LaneCodes, _ lane: Int) -> VI32 {
    let shift: Float = 12_582_912
    let shifted: VF32 = x * splat(codes.factors[lane]) + splat(shift)
    let offset: Int32 = codes.zeros[lane] &- Int32(bitPattern: shift.bitPattern)
    let (low, high): (VI32, VI32) = (VI32(repeating: codes.low), VI32(repeating: codes.high))
    var value: VI32 = bits(shifted) &+ VI32(repeating: offset)
    value = value.replacing(with: low, where: value .< low)
    return value.replacing(with: high, where: value .> high)
  }

  @inline(__always)
  private static func byte(_ x: Float, _ codes: LaneCodes, _ lane: Int) -> UInt32 {
    integer(x, codes.factors[lane], codes.zeros[lane], codes.low, codes.high) & 255
  }

  @inline(__always) static func weightWord(_ numbers: SIMD4<Float>, _ factor: Float) -> UInt32 {
    var word: UInt32 = 0
    for i in 0..<4 { word |= (integer(numbers[i], factor, 0, -127, 127) & 255) &<< UInt32(8 * i) }
    return word
  }

  @inline(never)
  static func encode(
    _ source: UnsafePointer<Float>, _ count: Int, _ codes: LaneCodes, _ lane: Int,
    _ to: UnsafeMutableRawPointer
  ) {
    let bytes: UnsafeMutablePointer<UInt8> = to.assumingMemoryBound(to: UInt8.self)
    var first: Int = 0
    #if KERNELS_AVX512
      while first + F32Lanes.count <= count {
        ngraph_store_bytes_i32x16(bytes + first, integers(F32Lanes.load(source + first), codes, lane))
        first += F32Lanes.count
      }
    #endif
    for i in first..<count { bytes[i] = UInt8(truncatingIfNeeded: byte(source[i], codes, lane)) }
  }

  @inline(never)
  static func encodeWords(
    _ source: UnsafePointer<Float>, _ stride: Int, _ steps: Int, _ lanes: Int, _ codes: LaneCodes,
    _ to: UnsafeMutablePointer<UInt32>
  ) {
    for l in 0..<lanes { to[l] = byte(source[l], codes, l) }
    for step in 1..<steps {
      let from: UnsafePointer<Float> = source + step * stride
      let shift: UInt32 = UInt32(truncatingIfNeeded: 8 * step)
      for l in 0..<lanes { to[l] |= byte(from[l], codes, l) &<< shift }
    }
  }
}

/// The products by general instructions; all is exact.
enum ByteLanes: ByteWords {
  typealias Element = Float
  typealias Vector = VF32

  @inline(__always) static var stepCost: Int { 40 }

  @inline(__always) static func dot(_ left: VI32, _ right: VI32, _ sum: VI32) -> VI32 {
    #if KERNELS_AVX512
      ngraph_dot_bytes_i32x16(left, right, sum)
    #elseif KERNELS_AVX2
      ngraph_dot_bytes_i32x8(left, right, sum)
    #else
      ngraph_dot_bytes_i32x4(left, right, sum)
    #endif
  }
}

#if KERNELS_AVX512 || KERNELS_AVX2
  /// The products by AVX512_VNNI or AVX_VNNI.
  enum ByteDotLanes: ByteWords {
    typealias Element = Float
    typealias Vector = VF32

    @inline(__always) static var stepCost: Int { 10 }

    @inline(__always) static func dot(_ left: VI32, _ right: VI32, _ sum: VI32) -> VI32 {
      #if KERNELS_AVX512
        ngraph_vnni_i32x16(left, right, sum)
      #else
        ngraph_vnni_i32x8(left, right, sum)
      #endif
    }
  }
#endif
