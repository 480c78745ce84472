/// Writes protobuf's wire format as a stream, in two passes over the same calls: the first measures every
/// message, the second writes, since a message's length comes before its content.
///
/// A payload can be aligned: padding before it brings it to a multiple of 64 bytes of the file, padding after
/// it makes up the same total wherever it lies, so that no length depends on a position.
final class WireWriter {
  static let alignment: Int = 64
  private static let paddingField: Int = 2000

  private let sink: (any ByteSink)?
  private var lengths: [Int]
  private var next: Int = 0
  private var position: Int = 0

  private init(sink: (any ByteSink)?, lengths: [Int]) {
    self.sink = sink
    self.lengths = lengths
  }

  /// Calls `body` twice with a writer; what it writes the second time goes to `sink`.
  static func write(
    to sink: any ByteSink, _ body: (WireWriter) throws(FormatError) -> Void
  ) throws(FormatError) {
    let measure = WireWriter(sink: nil, lengths: [])
    try body(measure)
    try body(WireWriter(sink: sink, lengths: measure.lengths))
  }

  var isMeasuring: Bool { sink == nil }

  func message(_ field: Int, _ body: () throws(FormatError) -> Void) throws(FormatError) {
    let slot: Int = next
    next += 1
    if isMeasuring {
      lengths.append(0)
      let start: Int = position
      try body()
      lengths[slot] = position - start
      position = start
      try header(field, length: lengths[slot])
      position += lengths[slot]
    } else {
      try header(field, length: lengths[slot])
      try body()
    }
  }

  func varint(_ field: Int, _ value: UInt64) throws(FormatError) {
    try raw(UInt64(field) << 3 | UInt64(WireType.varint.rawValue))
    try raw(value)
  }

  func integer(_ field: Int, _ value: Int64) throws(FormatError) {
    try varint(field, UInt64(bitPattern: value))
  }

  func integers(_ field: Int, _ values: [Int64]) throws(FormatError) {
    for value in values { try integer(field, value) }
  }

  /// Many integers in one record.
  func packed(_ field: Int, _ values: [Int64]) throws(FormatError) {
    guard !values.isEmpty else { return }
    var length: Int = 0
    for value in values { length += Self.width(UInt64(bitPattern: value)) }
    try header(field, length: length)
    for value in values { try raw(UInt64(bitPattern: value)) }
  }

  func float(_ field: Int, _ value: Float) throws(FormatError) {
    try raw(UInt64(field) << 3 | UInt64(WireType.fixed32.rawValue))
    var bits: UInt32 = value.bitPattern.littleEndian
    try withUnsafeBytes(of: &bits) { (bytes) throws(FormatError) in try append(bytes) }
  }

  func floats(_ field: Int, _ values: [Float]) throws(FormatError) {
    for value in values { try float(field, value) }
  }

  func text(_ field: Int, _ value: String?) throws(FormatError) {
    guard let value else { return }
    guard !value.utf8.contains(0) else {
      throw FormatError(.invalid, "expected text without zero bytes, found '\(value)'")
    }
    try bytes(field, [UInt8](value.utf8))
  }

  func texts(_ field: Int, _ values: [String]) throws(FormatError) {
    for value in values { try text(field, value) }
  }

  func bytes(_ field: Int, _ value: [UInt8]) throws(FormatError) {
    try header(field, length: value.count)
    position += value.count
    try sink?.append(value)
  }

  /// A field of `count` bytes that `content` gives when it is their turn.
  func payload(
    _ field: Int, count: Int, isAligned: Bool,
    _ content: () -> UnsafeRawBufferPointer
  ) throws(FormatError) {
    let isPadded: Bool = isAligned && count > 0
    let paddingHeader: Int = Self.width(UInt64(Self.paddingField) << 3) + 1
    let ownHeader: Int = Self.width(UInt64(field) << 3) + Self.width(UInt64(count))
    let before: Int = -(position + paddingHeader + ownHeader) & (Self.alignment - 1)
    if isPadded { try bytes(Self.paddingField, [UInt8](repeating: 0, count: before)) }
    try header(field, length: count)
    if isMeasuring {
      position += count
    } else {
      try append(content())
    }
    if isPadded {
      try bytes(Self.paddingField, [UInt8](repeating: 0, count: Self.alignment - 1 - before))
    }
  }

  private func header(_ field: Int, length: Int) throws(FormatError) {
    try raw(UInt64(field) << 3 | UInt64(WireType.bytes.rawValue))
    try raw(UInt64(length))
  }

  private func raw(_ value: UInt64) throws(FormatError) {
    position += Self.width(value)
    guard let sink else { return }
    var rest: UInt64 = value
    while rest >= 0x80 {
      try sink.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    try sink.append(UInt8(truncatingIfNeeded: rest))
  }

  private func append(_ bytes: UnsafeRawBufferPointer) throws(FormatError) {
    position += bytes.count
    try sink?.append(bytes)
  }

  /// The bytes that a varint takes.
  static func width(_ value: UInt64) -> Int { (64 - (value | 1).leadingZeroBitCount + 6) / 7 }
}
