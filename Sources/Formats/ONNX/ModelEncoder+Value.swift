internal import Models
internal import Tensors

/// Values as `SequenceProto`, `OptionalProto` and `MapProto`.
extension ModelEncoder {
  func sequence(_ values: [Value], name: String? = nil) throws(FormatError) {
    try writer.text(1, name)
    let kind: Int = values.first.map(Self.kind) ?? 1
    guard values.allSatisfy({ Self.kind($0) == kind }) else {
      throw FormatError(.unsupported, "expected a sequence of one kind of values, found several")
    }
    try writer.integer(2, Int64(kind))
    for value in values {
      // Tensors, sequences, maps and optionals lie in fields 3, 5, 6 and 7: two after their kind.
      try writer.message(kind + 2) { () throws(FormatError) in try content(value) }
    }
  }

  func optional(_ value: Value?, name: String? = nil) throws(FormatError) {
    try writer.text(1, name)
    try writer.integer(2, Int64(value.map(Self.kind) ?? 0))
    guard let value else { return }
    try writer.message(Self.kind(value) + 2) { () throws(FormatError) in try content(value) }
  }

  func map(_ keys: Tensor, _ values: [Value], name: String? = nil) throws(FormatError) {
    try writer.text(1, name)
    try writer.integer(2, Int64(keys.elementType.rawValue))
    if let strings = keys.strings {
      for key in strings.elements { try writer.bytes(4, [UInt8](key.utf8)) }
    } else {
      let width: Int = keys.elementType.byteWidth
      guard keys.elementType.isInteger, width > 0 else {
        throw FormatError(
          .unsupported, "expected keys of integers or strings, found \(keys.elementType.name)")
      }
      for index in 0..<keys.count {
        var key: UInt64 = 0
        for byte in 0..<width { key |= UInt64(keys.bytes[index * width + byte]) &<< UInt64(8 * byte) }
        let shift: Int64 = keys.elementType.isSignedInteger ? Int64(64 - 8 * width) : 0
        try writer.integer(3, (Int64(bitPattern: key) &<< shift) &>> shift)
      }
    }
    try writer.message(5) { () throws(FormatError) in try sequence(values) }
  }

  private func content(_ value: Value) throws(FormatError) {
    switch value {
    case .tensor(let inner): try tensor(ModelTensor(inner, name: nil))
    case .sequence(let inner): try sequence(inner)
    case .optional(let inner): try optional(inner)
    case .map(let keys, let inner): try map(keys, inner)
    }
  }

  private static func kind(_ value: Value) -> Int {
    switch value {
    case .tensor: 1
    case .sequence: 3
    case .map: 4
    case .optional: 5
    }
  }
}
