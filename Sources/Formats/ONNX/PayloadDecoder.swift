internal import Models
internal import Tensors

/// Turns the pieces of a payload into values: in place where the file's bytes are the elements already
/// (`raw_data`, `float_data` and `double_data` in one packed record), else converted, charged to the budget.
struct PayloadDecoder {
  let file: UnsafeRawBufferPointer
  let storage: Storage
  let budget: DecodingBudget

  typealias Piece = PayloadTable.Piece

  /// The content of one record: where it lies, and whether it is a list of elements or one of them.
  private struct Record {
    var start: Int
    var end: Int
    var isPacked: Bool

    var count: Int { end - start }
  }

  private func forEachRecord(
    of pieces: [Piece], _ body: (Record) throws(FormatError) -> Void
  ) throws(FormatError) {
    for piece in pieces {
      var reader = WireReader(file, from: piece.start, to: piece.end)
      while !reader.isAtEnd {
        let tag: WireReader.Tag = try reader.tag()
        if tag.type == .bytes {
          let length: Int = try reader.length()
          try body(Record(start: reader.position, end: reader.position + length, isPacked: true))
          try reader.advance(length)
        } else {
          let start: Int = reader.position
          try reader.skip(tag)
          try body(Record(start: start, end: reader.position, isPacked: false))
        }
      }
    }
  }

  /// The last record of a field that holds bytes once.
  func bytes(_ pieces: [Piece]) throws(FormatError) -> PayloadBytes {
    var result = PayloadBytes(storage: storage, offset: 0, count: 0)
    try forEachRecord(of: pieces) { (record) throws(FormatError) in
      result = PayloadBytes(storage: storage, offset: record.start, count: record.count)
    }
    return result
  }

  /// The records of a field that holds bytes many times.
  func strings(_ pieces: [Piece]) throws(FormatError) -> [[UInt8]] {
    var result: [[UInt8]] = []
    try forEachRecord(of: pieces) { (record) throws(FormatError) in
      try budget.charge(record.count + 64, at: record.start)
      result.append([UInt8](file[record.start..<record.end]))
    }
    return result
  }

  /// Elements of `width` bytes that the file holds as they are.
  func fixed(_ pieces: [Piece], width: Int) throws(FormatError) -> PayloadBytes {
    var total: Int = 0
    var records: Int = 0
    var last = Record(start: 0, end: 0, isPacked: true)
    try forEachRecord(of: pieces) { (record) throws(FormatError) in
      guard record.count % width == 0 else {
        throw FormatError(
          .malformed, "expected elements of \(width) bytes, found \(record.count) bytes",
          place: .init(offset: record.start))
      }
      total += record.count
      records += 1
      last = record
    }
    if records <= 1 { return PayloadBytes(storage: storage, offset: last.start, count: last.count) }
    try budget.charge(total, at: last.start)
    let gathered = Storage(byteCount: total)
    var position: Int = 0
    try forEachRecord(of: pieces) { (record) throws(FormatError) in
      guard record.count > 0, let base = file.baseAddress else { return }
      (gathered.base + position).copyMemory(from: base + record.start, byteCount: record.count)
      position += record.count
    }
    return PayloadBytes(storage: gathered, offset: 0, count: total)
  }

  /// Integers that the file holds as varints, each narrowed to `width` bytes. Values are taken as signed or
  /// unsigned; one that fits neither reading is refused.
  func varints(_ pieces: [Piece], width: Int) throws(FormatError) -> PayloadBytes {
    try varints(pieces, width: width, storedWidth: width) { $0 }
  }

  /// Truth values that the file holds as varints: 0 is false, everything else is true.
  func truths(_ pieces: [Piece]) throws(FormatError) -> PayloadBytes {
    try varints(pieces, width: 8, storedWidth: 1) { $0 == 0 ? 0 : 1 }
  }

  private func varints(
    _ pieces: [Piece], width: Int, storedWidth: Int, _ convert: (UInt64) -> UInt64
  ) throws(FormatError) -> PayloadBytes {
    var count: Int = 0
    try forEachRecord(of: pieces) { (record) throws(FormatError) in
      guard record.isPacked else {
        count += 1
        return
      }
      var terminated: Int = 0
      for index in record.start..<record.end where file[index] < 0x80 { terminated += 1 }
      count += terminated
    }
    let (total, overflow) = count.multipliedReportingOverflow(by: storedWidth)
    try budget.charge(overflow ? Int.max : total, at: pieces.first?.start ?? 0)
    let result = Storage(byteCount: total)
    var position: Int = 0
    let shift: Int64 = Int64(64 - 8 * width)
    try forEachRecord(of: pieces) { (record) throws(FormatError) in
      var reader = WireReader(file, from: record.start, to: record.end)
      while !reader.isAtEnd {
        let offset: Int = reader.position
        let value: UInt64 = try reader.varint()
        let signed = Int64(bitPattern: value)
        guard (signed &<< shift) &>> shift == signed || (value &<< UInt64(shift)) &>> UInt64(shift) == value
        else {
          throw FormatError(
            .invalid, "expected integers of \(width * 8) bits, found \(signed)", place: .init(offset: offset))
        }
        var stored: UInt64 = convert(value).littleEndian
        guard position + storedWidth <= total else { return }
        (result.base + position).copyMemory(from: &stored, byteCount: storedWidth)
        position += storedWidth
      }
    }
    return PayloadBytes(storage: result, offset: 0, count: total)
  }

  /// Elements of 6 bits, four to three bytes, spread to a byte each.
  func sextets(_ packed: PayloadBytes, count: Int) throws(FormatError) -> PayloadBytes {
    guard packed.count == Sextets.packedCount(count) else {
      throw FormatError(
        .invalid, "expected \(count) elements of 6 bits, found \(packed.count) bytes",
        place: .init(offset: packed.offset))
    }
    try budget.charge(count, at: packed.offset)
    let result = Storage(byteCount: count)
    Sextets.unpack(packed.buffer, into: UnsafeMutableRawBufferPointer(start: result.base, count: count))
    return PayloadBytes(storage: result, offset: 0, count: count)
  }
}
