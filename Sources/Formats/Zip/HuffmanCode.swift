/// A canonical Huffman code of up to 15 bits (RFC 1951, 3.2.2), read from the lowest bit on. Short codes are
/// looked up in one step, longer ones length by length.
struct HuffmanCode: Sendable {
  private static let tableBits: Int = 10
  private static let longest: Int = 15

  /// Symbol and length (symbol * 16 + length) for every pattern of the lowest bits; 0 for longer codes.
  private var table: [UInt16] = []
  /// How many codes have each length.
  private var counts = [Int](repeating: 0, count: HuffmanCode.longest + 1)
  /// The symbols in the order of their codes.
  private var symbols: [UInt16] = []

  /// A code that stands for nothing.
  init() { table = [UInt16](repeating: 0, count: 1 << Self.tableBits) }

  /// The code with the given lengths, 0 for symbols that don't occur; nil where lengths ask for more codes
  /// than there are, or leave patterns unused (a single code of one bit aside, which the RFC allows).
  init?(_ lengths: ArraySlice<UInt8>) {
    self.init()
    for length in lengths {
      guard length <= Self.longest else { return nil }
      if length > 0 { counts[Int(length)] += 1 }
    }
    var left: Int = 1
    var offsets = [Int](repeating: 0, count: Self.longest + 2)
    var codes = [Int](repeating: 0, count: Self.longest + 2)
    for length in 1...Self.longest {
      left = left * 2 - counts[length]
      guard left >= 0 else { return nil }
      offsets[length + 1] = offsets[length] + counts[length]
      codes[length + 1] = (codes[length] + counts[length]) * 2
    }
    let total: Int = offsets[Self.longest + 1]
    guard left == 0 || total <= 1 else { return nil }
    symbols = [UInt16](repeating: 0, count: total)
    for (symbol, length) in lengths.enumerated() where length > 0 {
      symbols[offsets[Int(length)]] = UInt16(symbol)
      offsets[Int(length)] += 1
      let code: Int = codes[Int(length)]
      codes[Int(length)] += 1
      if Int(length) <= Self.tableBits { fill(code, Int(length), UInt16(symbol)) }
    }
  }

  private mutating func fill(_ code: Int, _ length: Int, _ symbol: UInt16) {
    var reversed: Int = 0
    for bit in 0..<length where code >> bit & 1 == 1 { reversed |= 1 << (length - 1 - bit) }
    for pattern in Swift.stride(from: reversed, to: 1 << Self.tableBits, by: 1 << length) {
      table[pattern] = symbol << 4 | UInt16(length)
    }
  }

  /// The symbol that the lowest bits of `bits` stand for, and how many they are.
  func symbol(for bits: Int) -> (symbol: Int, length: Int)? {
    let entry: UInt16 = table[bits & (1 << Self.tableBits - 1)]
    if entry != 0 { return (Int(entry >> 4), Int(entry & 15)) }
    var code: Int = 0
    var first: Int = 0
    var index: Int = 0
    for length in 1...Self.longest {
      code |= bits >> (length - 1) & 1
      let count: Int = counts[length]
      if code - first < count { return (Int(symbols[index + code - first]), length) }
      index += count
      first = (first + count) << 1
      code <<= 1
    }
    return nil
  }
}
