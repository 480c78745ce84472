/// The header of a `.npy` file: a Python dictionary literal with `descr`, `fortran_order` and `shape`
/// (NEP 1; format versions 1 to 3). Any other key, and the lists that describe records, are refused.
struct NPYHeader {
  var descriptor: String
  var isFortranOrder: Bool
  var shape: [Int]
  /// Where the elements begin.
  var dataOffset: Int

  init(_ file: UnsafeRawBufferPointer) throws(FormatError) {
    let magic: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]
    guard file.count >= 10, file.prefix(6).elementsEqual(magic) else {
      throw FormatError(.malformed, "expected a .npy file, found other bytes", place: .init(offset: 0))
    }
    let version: UInt8 = file[6]
    guard (1...3).contains(version) else {
      throw FormatError(
        .unsupported, "expected .npy format 1 to 3, found \(version)", place: .init(offset: 6))
    }
    let start: Int = version == 1 ? 10 : 12
    guard file.count >= start else { throw Self.truncated(file.count) }
    var length = Int(file[8]) | Int(file[9]) << 8
    if version > 1 { length |= Int(file[10]) << 16 | Int(file[11]) << 24 }
    guard length <= file.count - start, length <= 1 << 16 else { throw Self.truncated(start) }
    dataOffset = start + length
    var parser = LiteralParser(UnsafeRawBufferPointer(rebasing: file[start..<dataOffset]), at: start)
    var descriptor: String?
    var order: Bool?
    var shape: [Int]?
    try parser.expect("{")
    while !parser.accept("}") {
      let key: String = try parser.string()
      try parser.expect(":")
      switch key {
      case "descr": descriptor = try parser.string()
      case "fortran_order": order = try parser.truth()
      case "shape": shape = try parser.tuple()
      default: throw parser.error("expected descr, fortran_order or shape, found '\(key)'")
      }
      if !parser.accept(",") {
        try parser.expect("}")
        break
      }
    }
    guard let descriptor, let order, let shape else {
      throw parser.error("expected descr, fortran_order and shape, found fewer")
    }
    self.descriptor = descriptor
    isFortranOrder = order
    self.shape = shape
  }

  /// The header for a file of version 1, or 2 where it is long; its length makes the elements start at a
  /// multiple of 64 bytes.
  static func encode(descriptor: String, shape: [Int]) -> [UInt8] {
    let extents: String = shape.map { "\($0)," }.joined(separator: " ")
    let tuple: String = shape.count > 1 ? String(extents.dropLast()) : extents
    let text: String = "{'descr': '\(descriptor)', 'fortran_order': False, 'shape': (\(tuple)), }"
    let isLong: Bool = text.utf8.count > 65_000
    let prefix: Int = isLong ? 12 : 10
    let total: Int = (prefix + text.utf8.count + 1 + 63) / 64 * 64
    let length: Int = total - prefix
    var bytes: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, isLong ? 2 : 1, 0]
    for index in 0..<(isLong ? 4 : 2) { bytes.append(UInt8(truncatingIfNeeded: length >> (8 * index))) }
    bytes.append(contentsOf: text.utf8)
    bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: total - bytes.count - 1))
    bytes.append(UInt8(ascii: "\n"))
    return bytes
  }

  private static func truncated(_ offset: Int) -> FormatError {
    FormatError(.truncated, "expected a .npy header, found the end", place: .init(offset: offset))
  }

  /// Python literals, as far as headers use them.
  private struct LiteralParser {
    private let text: UnsafeRawBufferPointer
    private let origin: Int
    private var position: Int = 0

    init(_ text: UnsafeRawBufferPointer, at origin: Int) {
      self.text = text
      self.origin = origin
    }

    func error(_ message: String) -> FormatError {
      FormatError(.malformed, ".npy header: " + message, place: .init(offset: origin + position))
    }

    private mutating func peek() -> UInt8? {
      while position < text.count, [0x20, 0x09, 0x0A, 0x0D].contains(text[position]) { position += 1 }
      return position < text.count ? text[position] : nil
    }

    mutating func accept(_ character: Unicode.Scalar) -> Bool {
      guard peek() == UInt8(ascii: character) else { return false }
      position += 1
      return true
    }

    mutating func expect(_ character: Unicode.Scalar) throws(FormatError) {
      guard accept(character) else { throw error("expected '\(character)'") }
    }

    mutating func string() throws(FormatError) -> String {
      guard let quote = peek(), quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
        throw error("expected a string")
      }
      position += 1
      let start: Int = position
      while position < text.count, text[position] != quote { position += 1 }
      guard position < text.count else { throw error("expected the end of a string") }
      defer { position += 1 }
      return String(decoding: text[start..<position], as: UTF8.self)
    }

    mutating func truth() throws(FormatError) -> Bool {
      for (word, value) in [("True", true), ("False", false)] {
        _ = peek()
        let end: Int = position + word.utf8.count
        if end <= text.count, text[position..<end].elementsEqual(word.utf8) {
          position = end
          return value
        }
      }
      throw error("expected True or False")
    }

    mutating func tuple() throws(FormatError) -> [Int] {
      try expect("(")
      var extents: [Int] = []
      while !accept(")") {
        guard let first = peek(), (0x30...0x39).contains(first) else { throw error("expected an extent") }
        var value: Int = 0
        while position < text.count, (0x30...0x39).contains(text[position]) {
          let (scaled, overflow) = value.multipliedReportingOverflow(by: 10)
          let (sum, carry) = scaled.addingReportingOverflow(Int(text[position]) - 0x30)
          guard !overflow, !carry else { throw error("expected an extent that fits in memory") }
          value = sum
          position += 1
        }
        _ = accept("L")
        extents.append(value)
        if !accept(",") {
          try expect(")")
          break
        }
      }
      return extents
    }
  }
}
