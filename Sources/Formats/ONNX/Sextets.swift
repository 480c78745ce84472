/// Elements of 6 bits as files hold them: four in three bytes, the first in the lowest bits, the last group
/// filled up with zeros. In memory each takes a byte.
package enum Sextets {
  /// The bytes that `count` elements take in a file.
  package static func packedCount(_ count: Int) -> Int { count / 4 * 3 + count % 4 }

  package static func pack(_ elements: UnsafeRawBufferPointer) -> [UInt8] {
    var packed = [UInt8](repeating: 0, count: packedCount(elements.count) + 1)
    for index in 0..<elements.count {
      let bit: Int = index * 6
      let value: UInt16 = UInt16(elements[index] & 0x3F) << UInt16(bit % 8)
      packed[bit / 8] |= UInt8(truncatingIfNeeded: value)
      packed[bit / 8 + 1] |= UInt8(truncatingIfNeeded: value >> 8)
    }
    packed.removeLast()
    return packed
  }

  /// Spreads the elements of `packed` to a byte each; `packed` holds exactly as many bytes as they take.
  package static func unpack(_ packed: UnsafeRawBufferPointer, into elements: UnsafeMutableRawBufferPointer) {
    for index in 0..<elements.count {
      let bit: Int = index * 6
      let low = UInt16(packed[bit / 8])
      let high: UInt16 = bit / 8 + 1 < packed.count ? UInt16(packed[bit / 8 + 1]) : 0
      elements[index] = UInt8(truncatingIfNeeded: (low | high << 8) >> UInt16(bit % 8)) & 0x3F
    }
  }
}
