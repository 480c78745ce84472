/// Decompresses DEFLATE (RFC 1951) into a buffer of known size. Refuses what the RFC forbids, output beyond
/// the buffer, and a stream that ends short of filling it.
package struct Inflate {
  private let input: UnsafeRawBufferPointer
  private let output: UnsafeMutableRawBufferPointer
  private var position: Int = 0
  private var written: Int = 0
  private var bits: UInt64 = 0
  private var bitCount: Int = 0

  package static func decompress(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) throws(FormatError) {
    var inflate = Inflate(input: input, output: output)
    try inflate.run()
  }

  private init(input: UnsafeRawBufferPointer, output: UnsafeMutableRawBufferPointer) {
    self.input = input
    self.output = output
  }

  private mutating func run() throws(FormatError) {
    var isLast: Bool = false
    while !isLast {
      isLast = try take(1) == 1
      switch try take(2) {
      case 0: try stored()
      case 1: try compressed(Self.fixedLiterals, Self.fixedDistances)
      case 2:
        let (literals, distances) = try dynamicCodes()
        try compressed(literals, distances)
      default: throw malformed("expected a block of type 0 to 2, found 3")
      }
    }
    guard written == output.count else {
      throw malformed("expected \(output.count) bytes, found \(written)")
    }
  }

  private func malformed(_ message: String) -> FormatError {
    FormatError(.malformed, "deflated data: " + message, place: .init(offset: position))
  }

  /// Makes at least `count` (up to 48) bits available; past the end they are zeros, which `consume` refuses.
  private mutating func need(_ count: Int) {
    while bitCount < count, position < input.count {
      bits |= UInt64(input[position]) &<< UInt64(bitCount)
      bitCount += 8
      position += 1
    }
  }

  private mutating func consume(_ count: Int) throws(FormatError) {
    guard count <= bitCount else {
      throw FormatError(.truncated, "deflated data: found the end", place: .init(offset: position))
    }
    bits >>= UInt64(count)
    bitCount -= count
  }

  private mutating func take(_ count: Int) throws(FormatError) -> Int {
    need(count)
    let value = Int(bits & ((1 << UInt64(count)) - 1))
    try consume(count)
    return value
  }

  private mutating func stored() throws(FormatError) {
    try consume(bitCount % 8)
    let length: Int = try take(16)
    guard try take(16) == length ^ 0xFFFF else { throw malformed("a stored block's length is damaged") }
    var rest: Int = length
    while rest > 0, bitCount > 0 {
      try put(UInt8(try take(8)))
      rest -= 1
    }
    guard rest <= input.count - position, rest <= output.count - written else {
      throw malformed("expected a stored block of \(length) bytes, found fewer or too many")
    }
    guard rest > 0, let target = output.baseAddress, let source = input.baseAddress else { return }
    (target + written).copyMemory(from: source + position, byteCount: rest)
    position += rest
    written += rest
  }

  private mutating func put(_ byte: UInt8) throws(FormatError) {
    guard written < output.count else { throw malformed("expected \(output.count) bytes, found more") }
    output[written] = byte
    written += 1
  }

  private mutating func compressed(_ literals: HuffmanCode, _ distances: HuffmanCode) throws(FormatError) {
    while true {
      let symbol: Int = try decode(literals)
      if symbol < 256 {
        try put(UInt8(symbol))
      } else if symbol == 256 {
        return
      } else {
        guard symbol <= 285 else { throw malformed("expected a length code up to 285, found \(symbol)") }
        let length: Int = Self.lengthBases[symbol - 257] + (try take(Self.lengthBits(symbol - 257)))
        let code: Int = try decode(distances)
        guard code <= 29 else { throw malformed("expected a distance code up to 29, found \(code)") }
        let distance: Int = Self.distanceBases[code] + (try take(Self.distanceBits(code)))
        try copy(length: length, distance: distance)
      }
    }
  }

  private mutating func copy(length: Int, distance: Int) throws(FormatError) {
    guard distance <= written else {
      throw malformed("a distance of \(distance) reaches before the beginning")
    }
    guard length <= output.count - written else {
      throw malformed("expected \(output.count) bytes, found more")
    }
    for index in written..<written + length { output[index] = output[index - distance] }
    written += length
  }

  @inline(__always)
  private mutating func decode(_ code: HuffmanCode) throws(FormatError) -> Int {
    need(15)
    guard let (symbol, length) = code.symbol(for: Int(bits & 0x7FFF)) else {
      throw malformed("found a code that stands for nothing")
    }
    try consume(length)
    return symbol
  }

  private mutating func dynamicCodes() throws(FormatError) -> (HuffmanCode, HuffmanCode) {
    let literalCount: Int = try take(5) + 257
    let distanceCount: Int = try take(5) + 1
    let metaCount: Int = try take(4) + 4
    guard literalCount <= 286, distanceCount <= 30 else {
      throw malformed("a block announces too many codes")
    }
    let order: [Int] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
    var metaLengths = [UInt8](repeating: 0, count: 19)
    for index in 0..<metaCount { metaLengths[order[index]] = UInt8(try take(3)) }
    guard let meta = HuffmanCode(metaLengths[...]) else {
      throw malformed("a block's code lengths make no code")
    }
    var lengths: [UInt8] = []
    while lengths.count < literalCount + distanceCount {
      let symbol: Int = try decode(meta)
      var repeated: UInt8 = 0
      let count: Int
      switch symbol {
      case 16:
        guard let last = lengths.last else { throw malformed("a block repeats a length before the first") }
        repeated = last
        count = try take(2) + 3
      case 17: count = try take(3) + 3
      case 18: count = try take(7) + 11
      default:
        repeated = UInt8(symbol)
        count = 1
      }
      lengths.append(contentsOf: repeatElement(repeated, count: count))
    }
    guard lengths.count == literalCount + distanceCount, lengths[256] != 0,
      let literals = HuffmanCode(lengths[..<literalCount]),
      let distances = HuffmanCode(lengths[literalCount...])
    else { throw malformed("a block's code lengths make no code") }
    return (literals, distances)
  }

  private static let lengthBases: [Int] = [
    3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195,
    227, 258,
  ]
  private static let distanceBases: [Int] = [
    1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073,
    4097, 6145,
    8193, 12289, 16385, 24577,
  ]

  private static func lengthBits(_ index: Int) -> Int { index < 8 || index == 28 ? 0 : index / 4 - 1 }
  private static func distanceBits(_ code: Int) -> Int { code < 4 ? 0 : code / 2 - 1 }

  private static let fixedLiterals: HuffmanCode = {
    let lengths: [UInt8] = (0..<288).map { $0 < 144 ? 8 : $0 < 256 ? 9 : $0 < 280 ? 7 : 8 }
    return HuffmanCode(lengths[...]) ?? HuffmanCode()
  }()
  private static let fixedDistances: HuffmanCode =
    HuffmanCode([UInt8](repeating: 5, count: 32)[...]) ?? HuffmanCode()
}
