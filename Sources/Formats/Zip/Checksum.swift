/// CRC-32 as ZIP uses it: reflected, polynomial 0xEDB88320, inverted before and after.
package struct Checksum {
  private var state: UInt32 = 0xFFFF_FFFF

  package init() {}

  package var value: UInt32 { ~state }

  /// Four bytes at a time: `tables[k]` advances a byte over k zero bytes.
  package mutating func add(_ bytes: UnsafeRawBufferPointer) {
    var crc: UInt32 = state
    Self.tables.withUnsafeBufferPointer { tables in
      var index: Int = 0
      while index + 4 <= bytes.count {
        crc ^= UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt32.self))
        let first: UInt32 = tables[768 + Int(crc & 0xFF)]
        let second: UInt32 = tables[512 + Int((crc >> 8) & 0xFF)]
        let third: UInt32 = tables[256 + Int((crc >> 16) & 0xFF)]
        crc = first ^ second ^ third ^ tables[Int(crc >> 24)]
        index += 4
      }
      while index < bytes.count {
        crc = (crc >> 8) ^ tables[Int((crc ^ UInt32(bytes[index])) & 0xFF)]
        index += 1
      }
    }
    state = crc
  }

  private static let tables: [UInt32] = {
    var tables = [UInt32](repeating: 0, count: 1024)
    for byte in 0..<256 {
      var crc = UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? (crc >> 1) ^ 0xEDB8_8320 : crc >> 1 }
      tables[byte] = crc
    }
    for index in 256..<1024 {
      let previous: UInt32 = tables[index - 256]
      tables[index] = (previous >> 8) ^ tables[Int(previous & 0xFF)]
    }
    return tables
  }()
}
