/// Reads a protobuf file before protobuf-c does, and makes it safe and small.
///
/// protobuf-c has no limit on depth, multiplies small messages by hundreds and copies every payload. The
/// scanner walks the file once along the schema. It refuses messages nested deeper than `depthLimit`, more
/// decoded memory than the budget, broken varints, lengths and UTF-8, wire types that are not the field's,
/// zero bytes in texts, and a second value for a field that holds one message (protobuf would merge the two;
/// no ONNX writer makes use of that). What it returns is a skeleton: the same message without unknown fields
/// and without payloads, each of which is noted in a table by its place in the file.
struct WireScanner {
  /// A graph in an attribute of a node takes three levels: 20 control-flow bodies inside one another.
  static let depthLimit: Int = 64

  /// A file with payloads cut out.
  struct Skeleton {
    var bytes: [UInt8]
    var payloads: PayloadTable
  }

  private let file: UnsafeRawBufferPointer
  private let schema: WireSchema
  private let budget: DecodingBudget
  private var output: [UInt8] = []
  private var payloads = PayloadTable()

  private init(_ file: UnsafeRawBufferPointer, budget: DecodingBudget) {
    self.file = file
    self.budget = budget
    schema = .shared
  }

  /// The skeleton of `file`, which is a message of the schema's type number `root`.
  static func scan(
    _ file: UnsafeRawBufferPointer, as root: Int, budget: DecodingBudget
  ) throws(FormatError) -> Skeleton {
    var scanner = WireScanner(file, budget: budget)
    try scanner.message(root, from: 0, to: file.count, depth: 1)
    return Skeleton(bytes: scanner.output, payloads: scanner.payloads)
  }

  private mutating func message(
    _ type: Int, from start: Int, to end: Int, depth: Int
  ) throws(FormatError) {
    guard depth <= Self.depthLimit else {
      throw FormatError(
        .limit, "messages nest deeper than \(Self.depthLimit)", place: .init(offset: start))
    }
    try budget.charge(schema.messages[type].memory, at: start)
    var reader = WireReader(file, from: start, to: end)
    var keptFrom: Int = start
    var seen: UInt64 = 0
    var pieces: [PayloadTable.Piece] = []
    while !reader.isAtEnd {
      let record: Int = reader.position
      let tag: WireReader.Tag = try reader.tag()
      let field: WireSchema.Field = schema.field(type, tag.number)
      if field.kind == .unknown {
        try reader.skip(tag)
        keep(keptFrom, record)
        keptFrom = reader.position
        continue
      }
      try checkWireType(tag, of: field, in: type, at: record)
      if field.isPayload {
        try reader.skip(tag)
        try note(record, reader.position, tag.number, in: &pieces)
        keep(keptFrom, record)
        keptFrom = reader.position
      } else if field.kind == .message {
        if !field.isRepeated { try checkFirst(tag.number, field, in: type, seen: &seen, at: record) }
        let length: Int = try reader.length()
        let body: Int = reader.position
        try budget.charge(48, at: record)
        keep(keptFrom, record)
        try child(tag.number, field.message, from: body, to: body + length, depth: depth + 1)
        reader.position = body + length
        keptFrom = reader.position
      } else {
        if field.isAlternative { try checkFirst(tag.number, field, in: type, seen: &seen, at: record) }
        try scalar(tag, field, in: type, &reader)
      }
    }
    keep(keptFrom, end)
    if !pieces.isEmpty {
      appendTag(WireSchema.payloadField, .varint)
      appendVarint(UInt64(payloads.add(pieces)))
    }
  }

  /// Writes a field that holds a message; its length takes five bytes, so that it can be filled in later.
  private mutating func child(
    _ number: Int, _ type: Int, from start: Int, to end: Int, depth: Int
  ) throws(FormatError) {
    appendTag(number, .bytes)
    let lengthAt: Int = output.count
    for _ in 0..<5 { output.append(0x80) }
    try message(type, from: start, to: end, depth: depth)
    let length: Int = output.count - lengthAt - 5
    guard length <= Int(Int32.max) else {
      throw FormatError(.limit, "a message without its payloads passes 2 GiB", place: .init(offset: start))
    }
    for index in 0..<5 {
      let bits = UInt8(truncatingIfNeeded: length >> (7 * index)) & 0x7F
      output[lengthAt + index] = index < 4 ? bits | 0x80 : bits
    }
  }

  /// Checks a field that is kept as it is.
  private func scalar(
    _ tag: WireReader.Tag, _ field: WireSchema.Field, in type: Int, _ reader: inout WireReader
  ) throws(FormatError) {
    let start: Int = reader.position
    guard tag.type == .bytes else {
      try budget.charge(field.isRepeated ? 64 : 0, at: start)
      return try reader.skip(tag)
    }
    let length: Int = try reader.length()
    guard reader.position - start <= 5 else {
      throw reader.malformed("expected a length in at most 5 bytes, found a longer one", at: start)
    }
    let content: Int = reader.position
    try reader.advance(length)
    switch field.kind {
    case .text:
      try budget.charge(96, at: start)
      try budget.charge(length * 2, at: start)
      if let fault = TextValidation.firstFault(
        in: UnsafeRawBufferPointer(rebasing: file[content..<content + length]))
      {
        throw FormatError(
          .malformed, "expected UTF-8 without zero bytes, found byte \(file[content + fault])",
          place: place(field, in: type, at: content + fault))
      }
    case .varint:
      try budget.charge(64, at: start)
      try budget.charge(length.multipliedReportingOverflow(by: 16).partialValue, at: start)
      guard length == 0 || file[content + length - 1] < 0x80 else {
        throw FormatError(
          .malformed, "expected packed numbers, found an unfinished one",
          place: place(field, in: type, at: start))
      }
    case .fixed32, .fixed64:
      try budget.charge(64, at: start)
      try budget.charge(length * 2, at: start)
      guard length % (field.kind == .fixed32 ? 4 : 8) == 0 else {
        throw FormatError(
          .malformed, "expected packed numbers, found \(length) bytes",
          place: place(field, in: type, at: start))
      }
    case .bytes, .message, .unknown:
      try budget.charge(96, at: start)
      try budget.charge(length * 2, at: start)
    }
  }

  /// Adds a payload's record to its owner's pieces.
  private func note(
    _ start: Int, _ end: Int, _ number: Int, in pieces: inout [PayloadTable.Piece]
  ) throws(FormatError) {
    let field = PayloadField(rawValue: number)
    if let last = pieces.last, last.field == field, last.end == start {
      pieces[pieces.count - 1].end = end
    } else {
      try budget.charge(64, at: start)
      pieces.append(PayloadTable.Piece(field: field, start: start, end: end))
    }
  }

  private func checkWireType(
    _ tag: WireReader.Tag, of field: WireSchema.Field, in type: Int, at offset: Int
  ) throws(FormatError) {
    let expected: WireType
    switch field.kind {
    case .varint: expected = .varint
    case .fixed32: expected = .fixed32
    case .fixed64: expected = .fixed64
    case .text, .bytes, .message, .unknown: expected = .bytes
    }
    guard tag.type == expected || (tag.type == .bytes && field.isPackable) else {
      throw FormatError(
        .malformed, "expected wire type \(expected.rawValue), found \(tag.type.rawValue)",
        place: place(field, in: type, at: offset))
    }
  }

  /// Refuses a second value where a field, or a group of alternatives, has room for one.
  private func checkFirst(
    _ number: Int, _ field: WireSchema.Field, in type: Int, seen: inout UInt64, at offset: Int
  ) throws(FormatError) {
    let bit: UInt64 = field.isAlternative ? 1 : 1 &<< UInt64(number)
    guard seen & bit == 0 else {
      throw FormatError(
        .unsupported, "expected one value, found a second", place: place(field, in: type, at: offset))
    }
    seen |= bit
  }

  private func place(_ field: WireSchema.Field, in type: Int, at offset: Int) -> FormatError.Place {
    let name: String = field.name.map { String(cString: $0) } ?? "?"
    return FormatError.Place(offset: offset, element: schema.messages[type].name + "." + name)
  }

  private mutating func keep(_ start: Int, _ end: Int) {
    if end > start { output.append(contentsOf: UnsafeRawBufferPointer(rebasing: file[start..<end])) }
  }

  private mutating func appendTag(_ number: Int, _ type: WireType) {
    appendVarint(UInt64(number) << 3 | UInt64(type.rawValue))
  }

  private mutating func appendVarint(_ value: UInt64) {
    var rest: UInt64 = value
    while rest >= 0x80 {
      output.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    output.append(UInt8(truncatingIfNeeded: rest))
  }
}
