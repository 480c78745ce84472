internal import Tensors

/// Loops over a block of numbers in double precision, which is how constants are folded: as fast as memory.
extension UnsafeBufferPointer<Double> {
  /// Numbers that are worked on at a time.
  private typealias Lanes = SIMD8<Double>

  @inline(__always)
  private static func load(_ base: UnsafePointer<Double>) -> Lanes {
    UnsafeRawPointer(base).loadUnaligned(as: Lanes.self)
  }

  /// The largest magnitude; infinite where one is no number.
  package var largestMagnitude: Double {
    guard let base = baseAddress else { return 0 }
    var largest = Lanes(repeating: 0)
    var isNumber = SIMDMask<Lanes.MaskStorage>(repeating: true)
    let whole: Int = count & ~7
    var index: Int = 0
    while index < whole {
      let bits = unsafeBitCast(Self.load(base + index), to: SIMD8<UInt64>.self) & 0x7fff_ffff_ffff_ffff
      let magnitudes: Lanes = unsafeBitCast(bits, to: Lanes.self)
      isNumber = isNumber .& (magnitudes .== magnitudes)
      largest.replace(with: magnitudes, where: magnitudes .> largest)
      index &+= 8
    }
    var result: Double = 0
    for lane in 0..<8 {
      if !isNumber[lane] { return .infinity }
      result = Swift.max(result, largest[lane])
    }
    while index < count {
      let magnitude: Double = abs(base[index])
      if magnitude.isNaN { return .infinity }
      result = Swift.max(result, magnitude)
      index &+= 1
    }
    return result
  }

  /// The sum.
  package var sum: Double {
    guard let base = baseAddress else { return 0 }
    var sums = Lanes(repeating: 0)
    let whole: Int = count & ~7
    var index: Int = 0
    while index < whole {
      sums += Self.load(base + index)
      index &+= 8
    }
    var result: Double = sums.sum()
    while index < count {
      result += base[index]
      index &+= 1
    }
    return result
  }

  /// The sum of the products with as many factors.
  package func dot(_ factors: UnsafePointer<Double>) -> Double {
    guard let base = baseAddress else { return 0 }
    var sums = Lanes(repeating: 0)
    let whole: Int = count & ~7
    var index: Int = 0
    while index < whole {
      sums += Self.load(base + index) * Self.load(factors + index)
      index &+= 8
    }
    var result: Double = sums.sum()
    while index < count {
      result += base[index] * factors[index]
      index &+= 1
    }
    return result
  }

  /// Adds `factor` times the numbers to those of `sums` from `first` on.
  package func add(to sums: UnsafeMutableBufferPointer<Double>, at first: Int, times factor: Double = 1) {
    guard let from = baseAddress, let target = sums.baseAddress else { return }
    let to: UnsafeMutablePointer<Double> = target + first
    for index in 0..<count { to[index] += factor * from[index] }
  }
}

extension UnsafeMutableBufferPointer<Double> {
  /// Takes from each run of `length` neighbours their mean.
  func center(_ length: Int) {
    guard let base = baseAddress else { return }
    var start: Int = 0
    while start < count {
      let mean: Double = UnsafeBufferPointer(start: base + start, count: length).sum / Double(length)
      let run: UnsafeMutablePointer<Double> = base + start
      for index in 0..<length { run[index] -= mean }
      start += length
    }
  }
}

extension Tensor {
  /// The largest magnitude of float32 elements, infinite where one is no number; nil for other types.
  var largestMagnitude: Double? {
    guard elementType == .float32 else { return nil }
    typealias Lanes = SIMD8<Float>
    var largest = Lanes(repeating: 0)
    var isNumber = SIMDMask<Lanes.MaskStorage>(repeating: true)
    var last: Double = 0
    forEachChunk { bytes in
      let whole: Int = bytes.count / 32 * 32
      var offset: Int = 0
      while offset < whole {
        let bits: SIMD8<UInt32> =
          bytes.loadUnaligned(fromByteOffset: offset, as: SIMD8<UInt32>.self) & 0x7fff_ffff
        let magnitudes: Lanes = unsafeBitCast(bits, to: Lanes.self)
        isNumber = isNumber .& (magnitudes .== magnitudes)
        largest.replace(with: magnitudes, where: magnitudes .> largest)
        offset &+= 32
      }
      while offset < bytes.count {
        let magnitude = Double(abs(bytes.loadUnaligned(fromByteOffset: offset, as: Float.self)))
        if !(magnitude <= last) { last = magnitude.isNaN ? .infinity : magnitude }
        offset &+= 4
      }
    }
    for lane in 0..<8 {
      if !isNumber[lane] { return .infinity }
      last = Swift.max(last, Double(largest[lane]))
    }
    return last
  }

  /// Calls `body` with all bytes in order, a part that stays in the cache at a time.
  private func forEachChunk(_ body: (UnsafeRawBufferPointer) -> Void) {
    guard isBetterCopied else {
      body(UnsafeRawBufferPointer(start: base, count: byteCount))
      return
    }
    let length: Int = 1 << 17
    withUnsafeTemporaryAllocation(byteCount: length, alignment: 64) { chunk in
      guard let target = chunk.baseAddress else { return }
      var start: Int = 0
      while start < byteCount {
        let end: Int = Swift.min(start + length, byteCount)
        read(start..<end, into: target)
        body(UnsafeRawBufferPointer(start: target, count: end - start))
        start = end
      }
    }
  }
}
