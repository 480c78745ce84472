/// UTF-8 as Unicode defines it (chapter 3, table 3-7): no overlong forms, no surrogates, nothing beyond
/// U+10FFFF. C strings can't hold zero bytes, so those are refused as well.
enum TextValidation {
  /// The index of the first byte that is wrong, or nil.
  static func firstFault(in text: UnsafeRawBufferPointer) -> Int? {
    var index: Int = 0
    while index < text.count {
      if text.count - index >= 8 {
        let word: UInt64 = text.loadUnaligned(fromByteOffset: index, as: UInt64.self)
        let zeros: UInt64 = (word &- 0x0101_0101_0101_0101) & ~word
        if (word | zeros) & 0x8080_8080_8080_8080 == 0 {
          index += 8
          continue
        }
      }
      let length: Int = sequenceLength(text, index)
      if length == 0 { return index }
      index += length
    }
    return nil
  }

  /// The length of the well-formed sequence at `index`, or 0.
  private static func sequenceLength(_ text: UnsafeRawBufferPointer, _ index: Int) -> Int {
    let lead: UInt8 = text[index]
    if lead < 0x80 { return lead == 0 ? 0 : 1 }
    let length: Int
    var lowest: UInt8 = 0x80
    var highest: UInt8 = 0xBF
    switch lead {
    case 0xC2...0xDF: length = 2
    case 0xE0...0xEF:
      length = 3
      if lead == 0xE0 { lowest = 0xA0 }
      if lead == 0xED { highest = 0x9F }
    case 0xF0...0xF4:
      length = 4
      if lead == 0xF0 { lowest = 0x90 }
      if lead == 0xF4 { highest = 0x8F }
    default: return 0
    }
    guard text.count - index >= length else { return 0 }
    guard text[index + 1] >= lowest, text[index + 1] <= highest else { return 0 }
    for following in (index + 2)..<max(index + length, index + 2) where text[following] & 0xC0 != 0x80 {
      return 0
    }
    return length
  }
}
