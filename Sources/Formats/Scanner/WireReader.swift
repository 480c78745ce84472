/// A cursor over protobuf's wire format: varints, tags, and the bounds of what follows them. Offsets are
/// those of the file. Nothing is read past `end`.
struct WireReader {
  let base: UnsafeRawPointer
  var position: Int
  let end: Int

  init(_ bytes: UnsafeRawBufferPointer, from start: Int, to end: Int) {
    base = bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 64)!
    position = start
    self.end = end
  }

  var isAtEnd: Bool { position >= end }

  /// A field's number and wire type.
  struct Tag {
    var number: Int
    var type: WireType
  }

  @inline(__always)
  mutating func varint() throws(FormatError) -> UInt64 {
    guard position < end else { throw truncated("a number") }
    let first: UInt8 = (base + position).load(as: UInt8.self)
    position += 1
    if first < 0x80 { return UInt64(first) }
    return try longVarint(first)
  }

  private mutating func longVarint(_ first: UInt8) throws(FormatError) -> UInt64 {
    let start: Int = position - 1
    var result: UInt64 = UInt64(first & 0x7F)
    var shift: UInt64 = 7
    while position < end {
      let byte: UInt8 = (base + position).load(as: UInt8.self)
      position += 1
      guard shift < 63 || byte <= 1 else {
        throw malformed("expected a number of at most 64 bits, found a longer one", at: start)
      }
      result |= UInt64(byte & 0x7F) &<< shift
      if byte < 0x80 { return result }
      shift += 7
    }
    throw truncated("a number")
  }

  mutating func tag() throws(FormatError) -> Tag {
    let start: Int = position
    let value: UInt64 = try varint()
    guard value <= UInt64(UInt32.max), position - start <= 5, value >> 3 != 0 else {
      throw malformed("expected a field's number between 1 and 536870911, found \(value >> 3)", at: start)
    }
    guard let type = WireType(rawValue: UInt8(value & 7)) else {
      throw malformed("expected a wire type between 0 and 5, found \(value & 7)", at: start)
    }
    return Tag(number: Int(value >> 3), type: type)
  }

  /// The length of what follows; at least so many bytes follow.
  mutating func length() throws(FormatError) -> Int {
    let start: Int = position
    let value: UInt64 = try varint()
    guard value <= UInt64(end - position) else {
      throw FormatError(
        .truncated, "expected \(value) bytes to follow, found \(end - position)", place: .init(offset: start))
    }
    return Int(value)
  }

  mutating func advance(_ bytes: Int) throws(FormatError) {
    guard bytes <= end - position else { throw truncated("\(bytes) bytes") }
    position += bytes
  }

  /// Skips what follows a tag.
  mutating func skip(_ tag: Tag) throws(FormatError) {
    switch tag.type {
    case .varint: _ = try varint()
    case .fixed64: try advance(8)
    case .fixed32: try advance(4)
    case .bytes: try advance(try length())
    case .groupStart: try skipGroup(tag.number)
    case .groupEnd: throw malformed("found the end of a group that has not begun", at: position)
    }
  }

  /// Skips to behind the end of a group, groups inside of it included.
  private mutating func skipGroup(_ number: Int) throws(FormatError) {
    let start: Int = position
    var open: [Int] = [number]
    while let innermost = open.last {
      let inner: Tag = try tag()
      switch inner.type {
      case .groupStart:
        guard open.count < WireScanner.depthLimit else {
          throw FormatError(
            .limit, "groups nest deeper than \(WireScanner.depthLimit)", place: .init(offset: start))
        }
        open.append(inner.number)
      case .groupEnd:
        guard inner.number == innermost else {
          throw malformed("expected the end of group \(innermost), found that of \(inner.number)", at: start)
        }
        open.removeLast()
      default: try skip(inner)
      }
    }
  }

  func malformed(_ message: String, at offset: Int) -> FormatError {
    FormatError(.malformed, message, place: .init(offset: offset))
  }

  private func truncated(_ what: String) -> FormatError {
    FormatError(.truncated, "expected \(what), found the end", place: .init(offset: position))
  }
}

/// Protobuf's wire types.
enum WireType: UInt8 {
  case varint = 0
  case fixed64 = 1
  case bytes = 2
  case groupStart = 3
  case groupEnd = 4
  case fixed32 = 5
}
