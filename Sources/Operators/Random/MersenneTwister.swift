/// The 32-bit Mersenne Twister (MT19937; Matsumoto and Nishimura, 1998), seeded from one number: the
/// sequence that a seed of an ONNX training operator stands for in the reference implementation.
struct MersenneTwister {
  private static let size: Int = 624
  private static let middle: Int = 397
  private var state: [UInt32]
  private var position: Int = MersenneTwister.size

  init(seed: UInt32) {
    state = [UInt32](repeating: 0, count: Self.size)
    state[0] = seed
    for index in 1..<Self.size {
      let last: UInt32 = state[index - 1]
      state[index] = 1_812_433_253 &* (last ^ (last >> 30)) &+ UInt32(index)
    }
  }

  /// The next number, uniform in all 32 bits.
  mutating func next() -> UInt32 {
    if position == Self.size { refill() }
    var word: UInt32 = state[position]
    position += 1
    word ^= word >> 11
    word ^= (word << 7) & 0x9D2C_5680
    word ^= (word << 15) & 0xEFC6_0000
    return word ^ (word >> 18)
  }

  /// The next number, uniform in [0, 1), with 53 bits.
  mutating func nextUniform() -> Double {
    let high = Double(next() >> 5)
    let low = Double(next() >> 6)
    return (high * 67_108_864 + low) * 0x1p-53
  }

  private mutating func refill() {
    for index in 0..<Self.size {
      let upper: UInt32 = state[index] & 0x8000_0000
      let lower: UInt32 = state[(index + 1) % Self.size] & 0x7FFF_FFFF
      let mixed: UInt32 = upper | lower
      let twist: UInt32 = mixed & 1 == 0 ? 0 : 0x9908_B0DF
      state[index] = state[(index + Self.middle) % Self.size] ^ (mixed >> 1) ^ twist
    }
    position = 0
  }
}
