internal import Models
internal import Tensors

/// Writes a ZIP archive of stored entries, whose contents start at multiples of 64 bytes; ZIP64 where a size
/// or an offset needs it.
struct ZipWriter {
  private struct Entry {
    var name: [UInt8]
    var checksum: UInt32
    var size: Int
    var header: Int
  }

  private let sink: any ByteSink
  private var position: Int = 0
  private var entries: [Entry] = []
  /// The number of the extra field that fills up to the next multiple of 64.
  private static let paddingField: Int = 0x474E

  init(_ sink: any ByteSink) { self.sink = sink }

  mutating func add(_ name: String, parts: [PayloadBytes]) throws(FormatError) {
    var checksum = Checksum()
    for part in parts { checksum.add(part.buffer) }
    let size: Int = parts.reduce(0) { $0 + $1.count }
    let entry = Entry(name: [UInt8](name.utf8), checksum: checksum.value, size: size, header: position)
    guard entry.name.count <= 0xFFFF else {
      throw FormatError(.unsupported, "expected a shorter name for an array")
    }
    var extra = ZipRecord()
    if size >= 0xFFFF_FFFF { extra.put((1, 2), (16, 2), (size, 8), (size, 8)) }
    let unpadded: Int = position + 30 + entry.name.count + extra.bytes.count + 4
    let padding: Int = -unpadded & 63
    extra.put((Self.paddingField, 2), (padding, 2))
    extra.bytes.append(contentsOf: repeatElement(0, count: padding))
    var record = ZipRecord()
    record.put((0x0403_4B50, 4), (size >= 0xFFFF_FFFF ? 45 : 20, 2), (1 << 11, 2), (0, 2), (0, 2), (0x21, 2))
    record.put((Int(entry.checksum), 4), (min(size, 0xFFFF_FFFF), 4), (min(size, 0xFFFF_FFFF), 4))
    record.put((entry.name.count, 2), (extra.bytes.count, 2))
    try append(record.bytes)
    try append(entry.name)
    try append(extra.bytes)
    for part in parts { try sink.append(part.buffer) }
    position += size
    entries.append(entry)
  }

  mutating func finish() throws(FormatError) {
    let start: Int = position
    for entry in entries {
      var extra = ZipRecord()
      let isLarge: Bool = entry.size >= 0xFFFF_FFFF || entry.header >= 0xFFFF_FFFF
      if isLarge { extra.put((1, 2), (24, 2), (entry.size, 8), (entry.size, 8), (entry.header, 8)) }
      let size: Int = isLarge ? 0xFFFF_FFFF : entry.size
      var record = ZipRecord()
      record.put(
        (0x0201_4B50, 4), (isLarge ? 45 : 20, 2), (isLarge ? 45 : 20, 2), (1 << 11, 2), (0, 2), (0, 2))
      record.put((0x21, 2), (Int(entry.checksum), 4), (size, 4), (size, 4), (entry.name.count, 2))
      record.put(
        (extra.bytes.count, 2), (0, 2), (0, 2), (0, 2), (0, 4), (isLarge ? 0xFFFF_FFFF : entry.header, 4))
      try append(record.bytes)
      try append(entry.name)
      try append(extra.bytes)
    }
    let end: Int = position
    var record = ZipRecord()
    if start >= 0xFFFF_FFFF || entries.count >= 0xFFFF {
      record.put((0x0606_4B50, 4), (44, 8), (45, 2), (45, 2), (0, 4), (0, 4), (entries.count, 8))
      record.put((entries.count, 8), (end - start, 8), (start, 8))
      record.put((0x0706_4B50, 4), (0, 4), (end, 8), (1, 4))
    }
    let count: Int = min(entries.count, 0xFFFF)
    record.put((0x0605_4B50, 4), (0, 2), (0, 2), (count, 2), (count, 2))
    record.put((min(end - start, 0xFFFF_FFFF), 4), (min(start, 0xFFFF_FFFF), 4), (0, 2))
    try append(record.bytes)
  }

  private mutating func append(_ bytes: [UInt8]) throws(FormatError) {
    try sink.append(bytes)
    position += bytes.count
  }
}

/// Little-endian numbers, one after the other.
private struct ZipRecord {
  var bytes: [UInt8] = []

  mutating func put(_ numbers: (value: Int, width: Int)...) {
    for (value, width) in numbers {
      for index in 0..<width { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * index))) }
    }
  }
}
