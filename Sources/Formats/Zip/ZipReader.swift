internal import Models
internal import Tensors

/// A ZIP archive in a mapped file (APPNOTE 6.3.10), ZIP64 included: entries that are stored or deflated and
/// not encrypted. What entries inflate to is limited to four times the file and 1 GB in all.
struct ZipReader {
  struct Entry {
    var name: String
    var method: Int
    var checksum: UInt32
    var compressed: Int
    var size: Int
    var header: Int
  }

  private static let allowance: Int = 1 << 30

  let entries: [Entry]
  private let file: MappedFile
  private let storage: Storage

  init(_ file: MappedFile) throws(FormatError) {
    self.file = file
    storage = file.storage()
    let bytes = ZipBytes(file: file.bytes)
    let directory = try ZipDirectory(bytes)
    var entries: [Entry] = []
    var position: Int = directory.offset
    var total: Int = 0
    for _ in 0..<directory.count {
      let entry: Entry = try Self.entry(bytes, &position)
      if entry.name.hasSuffix("/") { continue }
      total = total.addingReportingOverflow(entry.size).partialValue
      guard total >= 0, total <= Self.allowance + 4 * file.count else {
        throw FormatError(
          .limit, "entries inflate to more than an archive of this size may hold",
          place: .init(offset: position))
      }
      entries.append(entry)
    }
    self.entries = entries
  }

  private static func entry(_ bytes: ZipBytes, _ position: inout Int) throws(FormatError) -> Entry {
    let start: Int = position
    guard try bytes.number(start, 4) == 0x0201_4B50 else {
      throw FormatError(.malformed, "expected an entry of a ZIP directory", place: .init(offset: start))
    }
    guard try bytes.number(start + 8, 2) & 1 == 0 else {
      throw FormatError(.unsupported, "expected an entry that is not encrypted", place: .init(offset: start))
    }
    let nameLength: Int = try bytes.number(start + 28, 2)
    let extraLength: Int = try bytes.number(start + 30, 2)
    var entry = Entry(
      name: String(decoding: try bytes.slice(start + 46, nameLength), as: UTF8.self),
      method: try bytes.number(start + 10, 2), checksum: UInt32(try bytes.number(start + 16, 4)),
      compressed: try bytes.number(start + 20, 4), size: try bytes.number(start + 24, 4),
      header: try bytes.number(start + 42, 4))
    var extra: Int = start + 46 + nameLength
    let extraEnd: Int = extra + extraLength
    while extra + 4 <= extraEnd {
      let length: Int = try bytes.number(extra + 2, 2)
      if try bytes.number(extra, 2) == 1 {
        var field: Int = extra + 4
        for path in [\Entry.size, \Entry.compressed, \Entry.header] where entry[keyPath: path] == 0xFFFF_FFFF
        {
          guard field + 8 <= extra + 4 + length else { break }
          entry[keyPath: path] = try bytes.number(field, 8)
          field += 8
        }
      }
      extra += 4 + length
    }
    position = extraEnd + (try bytes.number(start + 32, 2))
    return entry
  }

  /// The bytes of an entry: in place where it is stored.
  func content(of entry: Entry) throws(FormatError) -> PayloadBytes {
    let bytes = ZipBytes(file: file.bytes)
    guard try bytes.number(entry.header, 4) == 0x0403_4B50 else {
      throw FormatError(.malformed, "expected an entry's header", place: .init(offset: entry.header))
    }
    let names: Int = try bytes.number(entry.header + 26, 2) + bytes.number(entry.header + 28, 2)
    let start: Int = entry.header + 30 + names
    let source: UnsafeRawBufferPointer = try bytes.slice(start, entry.compressed)
    let content: PayloadBytes
    switch entry.method {
    case 0:
      guard entry.size == entry.compressed else {
        throw FormatError(
          .malformed, "expected a stored entry of one size, found two", place: .init(offset: start))
      }
      content = PayloadBytes(storage: storage, offset: start, count: entry.size)
    case 8:
      // DEFLATE can't shrink anything to less than 1/1032.
      guard entry.size / 1032 <= entry.compressed else {
        throw FormatError(
          .malformed, "expected deflated data for \(entry.size) bytes, found \(entry.compressed) bytes",
          place: .init(offset: start))
      }
      let inflated = Storage(byteCount: entry.size)
      do {
        try Inflate.decompress(source, into: .init(start: inflated.base, count: entry.size))
      } catch {
        var moved: FormatError = error
        moved.place.offset = error.place.offset.map { $0 + start }
        throw moved
      }
      content = PayloadBytes(storage: inflated, offset: 0, count: entry.size)
    default:
      throw FormatError(
        .unsupported, "expected a stored or deflated entry, found method \(entry.method)",
        place: .init(offset: start))
    }
    var checksum = Checksum()
    checksum.add(content.buffer)
    guard checksum.value == entry.checksum else {
      throw FormatError(
        .malformed, "expected checksum \(entry.checksum), found \(checksum.value)",
        place: .init(offset: start))
    }
    return content
  }
}

/// Where the entries of an archive are listed.
private struct ZipDirectory {
  var count: Int
  var offset: Int

  init(_ bytes: ZipBytes) throws(FormatError) {
    let size: Int = bytes.file.count
    var end: Int = size - 22
    while end >= 0, end >= size - 22 - 0xFFFF {
      if try bytes.number(end, 4) == 0x0605_4B50 { break }
      end -= 1
    }
    guard end >= 0, end >= size - 22 - 0xFFFF else {
      throw FormatError(.malformed, "expected a ZIP archive, found no directory")
    }
    count = try bytes.number(end + 10, 2)
    offset = try bytes.number(end + 16, 4)
    if end >= 20, try bytes.number(end - 20, 4) == 0x0706_4B50 {
      let record: Int = try bytes.number(end - 20 + 8, 8)
      guard try bytes.number(record, 4) == 0x0606_4B50 else {
        throw FormatError(.malformed, "expected a ZIP64 directory", place: .init(offset: end - 20))
      }
      count = try bytes.number(record + 32, 8)
      offset = try bytes.number(record + 48, 8)
    }
  }
}

/// Little-endian numbers of a file, checked against its end.
private struct ZipBytes {
  let file: UnsafeRawBufferPointer

  func slice(_ offset: Int, _ count: Int) throws(FormatError) -> UnsafeRawBufferPointer {
    guard offset >= 0, count >= 0, offset <= file.count, count <= file.count - offset else {
      throw FormatError(
        .truncated, "expected \(count) bytes of a ZIP archive, found the end", place: .init(offset: offset))
    }
    return UnsafeRawBufferPointer(rebasing: file[offset..<offset + count])
  }

  func number(_ offset: Int, _ width: Int) throws(FormatError) -> Int {
    let bytes: UnsafeRawBufferPointer = try slice(offset, width)
    var value: UInt64 = 0
    for index in 0..<width { value |= UInt64(bytes[index]) &<< UInt64(8 * index) }
    guard let number = Int(exactly: value) else {
      throw FormatError(.malformed, "expected a size, found \(value)", place: .init(offset: offset))
    }
    return number
  }
}
