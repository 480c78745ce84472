/// Memory for a kernel under test, with canaries on both sides, misaligned by one element. Freed when the
/// buffer goes.
final class GuardedBuffer<Element: Numeric & Sendable> {
  let count: Int
  let base: UnsafeMutablePointer<Element>
  private let memory: UnsafeMutablePointer<Element>
  private static var guardCount: Int { 33 }
  private static var canary: Element { 99 }

  init(_ count: Int, _ value: (Int) -> Element) {
    self.count = count
    memory = UnsafeMutablePointer<Element>.allocate(capacity: count + 2 * Self.guardCount)
    memory.initialize(repeating: Self.canary, count: count + 2 * Self.guardCount)
    base = memory + Self.guardCount
    for i in 0..<count { base[i] = value(i) }
  }

  deinit { memory.deallocate() }

  var pointer: UnsafePointer<Element> { UnsafePointer(base) }

  /// Whether nothing was written before or behind.
  var isIntact: Bool {
    for i in 0..<Self.guardCount
    where memory[i] != Self.canary || memory[Self.guardCount + count + i] != Self.canary {
      return false
    }
    return true
  }

  var values: [Element] { Array(UnsafeBufferPointer(start: base, count: count)) }
}

extension GuardedBuffer where Element: BinaryFloatingPoint {
  /// Numbers in -1...1.
  convenience init(_ count: Int, random: inout SeededRandom) {
    var generator = random
    self.init(count) { _ in Element(generator.uniform()) }
    random = generator
  }
}

/// A small seeded generator (a 64-bit linear congruential one, upper bits).
struct SeededRandom {
  var state: UInt64

  init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

  mutating func next() -> UInt32 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return UInt32(truncatingIfNeeded: state >> 33)
  }

  /// A number in -1...1.
  mutating func uniform() -> Double { Double(next()) / Double(1 << 30) - 1 }

  mutating func integer(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + Int(next()) % (range.upperBound - range.lowerBound + 1)
  }
}

/// Scratch memory as kernels may ask for it, 64-byte aligned, filled with bytes that make NaNs.
final class Scratch {
  let pointer: UnsafeMutableRawPointer
  private let count: Int

  init(bytes: Int) {
    count = bytes
    pointer = UnsafeMutableRawPointer.allocate(byteCount: bytes + 64, alignment: 64)
    _ = pointer.initializeMemory(as: UInt8.self, repeating: 0xFF, count: bytes + 64)
  }

  deinit { pointer.deallocate() }

  var isIntact: Bool {
    let bytes = pointer.assumingMemoryBound(to: UInt8.self)
    for i in count..<count + 64 where bytes[i] != 0xFF { return false }
    return true
  }
}
