import Formats
import Foundation
import Importing
import Models
import Tensors

/// Reads the value files of a case: a `TensorProto`, `SequenceProto` or `OptionalProto`, as the kind says.
///
/// A tensor is read as the one initializer of an otherwise empty model, so that the library's own reader
/// decodes it.
enum ValueFile {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  static func read(_ path: String, kind: String) throws -> Value {
    try value([UInt8](Data(contentsOf: URL(filePath: path))), kind: kind)
  }

  private static func value(_ bytes: [UInt8], kind: String) throws -> Value {
    if kind == "tensor" { return .tensor(try tensor(bytes)) }
    guard let open = kind.firstIndex(of: "("), kind.hasSuffix(")") else {
      throw Failure(description: "unknown kind of value '\(kind)'")
    }
    let inner = String(kind[kind.index(after: open)...].dropLast())
    // The field numbers of a tensor, a sequence and an optional are the same in both messages.
    let number: Int = inner == "tensor" ? 3 : inner.hasPrefix("sequence") ? 5 : 7
    var elements: [Value] = []
    for field in try fields(bytes) where field.number == number {
      elements.append(try value(field.bytes, kind: inner))
    }
    return kind.hasPrefix("sequence") ? .sequence(elements) : .optional(elements.first)
  }

  private static func tensor(_ bytes: [UInt8]) throws -> Tensor {
    let named: [UInt8] = bytes + field(8, [UInt8]("value".utf8))
    let file: [UInt8] = field(7, field(5, named))
    let storage = Storage(byteCount: file.count)
    storage.base.copyMemory(from: file, byteCount: file.count)
    let model: Model = try ModelFiles.read(bytes: storage)
    guard let tensor = model.graph.initializers.first else { throw Failure(description: "no tensor") }
    return try tensor.resolved(name: "value")
  }

  private static func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] {
    var header: [UInt8] = [number << 3 | 2]
    var count: Int = bytes.count
    while count >= 128 {
      header.append(UInt8(count & 127) | 128)
      count >>= 7
    }
    header.append(UInt8(count))
    return header + bytes
  }

  /// The length-delimited fields of a message.
  private static func fields(_ bytes: [UInt8]) throws -> [(number: Int, bytes: [UInt8])] {
    var position: Int = 0
    func varint() throws -> Int {
      var result: Int = 0
      for shift in stride(from: 0, to: 63, by: 7) {
        guard position < bytes.count else { break }
        let byte: UInt8 = bytes[position]
        position += 1
        result |= Int(byte & 127) << shift
        if byte < 128 { return result }
      }
      throw Failure(description: "a value file is damaged")
    }
    var result: [(number: Int, bytes: [UInt8])] = []
    while position < bytes.count {
      let key: Int = try varint()
      let size: Int = try varint()
      guard key & 7 == 2 else { continue }
      guard size <= bytes.count - position else { throw Failure(description: "a value file is damaged") }
      result.append((key >> 3, Array(bytes[position..<position + size])))
      position += size
    }
    return result
  }
}
