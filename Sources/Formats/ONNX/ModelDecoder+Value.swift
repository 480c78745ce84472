internal import CONNX
internal import Models
internal import Tensors

/// Values: what `SequenceProto`, `OptionalProto` and `MapProto` hold. Sparse tensors are refused. The kinds
/// that `elem_type` names are 1 tensor, 2 sparse tensor, 3 sequence, 4 map, 5 optional.
extension ModelDecoder {
  func value(_ source: Onnx__TensorProto) throws(FormatError) -> Tensor {
    let read: ModelTensor = try tensor(source)
    guard let type = ElementType(rawValue: read.elementType) else {
      throw FormatError(.unsupported, "expected an element type between 1 and 28, found \(read.elementType)")
    }
    guard let shape = Shape(checking: read.dims.map(Int.init)) else {
      throw FormatError(
        .invalid, "expected extents that are no less than 0 and fit in memory, found \(read.dims)")
    }
    switch read.data {
    case .bytes(let bytes): return try Tensor.over(bytes, type, shape)
    case .strings(let elements):
      guard elements.count == shape.count, type == .string else {
        throw FormatError(.invalid, "expected \(shape.count) strings, found \(elements.count)")
      }
      var texts: [String] = []
      texts.reserveCapacity(elements.count)
      for element in elements { texts.append(try text(element)) }
      return Tensor(strings: texts, shape)
    case .external:
      throw FormatError(.unsupported, "expected a tensor's elements in its file, found external data")
    }
  }

  private func text(_ bytes: [UInt8]) throws(FormatError) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw FormatError(.invalid, "expected strings in UTF-8, found other bytes")
    }
    return text
  }

  func values(_ source: Onnx__SequenceProto) throws(FormatError) -> [Value] {
    let present: [Int] = [
      source.n_tensor_values, source.n_sparse_tensor_values, source.n_sequence_values, source.n_map_values,
      source.n_optional_values,
    ]
    let kind = Int(source.elem_type)
    guard (1...5).contains(kind),
      present.enumerated().allSatisfy({ $0.offset == kind - 1 || $0.element == 0 })
    else {
      throw FormatError(
        .invalid, "expected a sequence of one kind of values, found kind \(kind) and \(present)")
    }
    switch kind {
    case 1:
      return try list(source.n_tensor_values, source.tensor_values) { (item) throws(FormatError) in
        .tensor(try value(item))
      }
    case 3:
      return try list(source.n_sequence_values, source.sequence_values) { (item) throws(FormatError) in
        .sequence(try values(item))
      }
    case 4: return try list(source.n_map_values, source.map_values, value)
    case 5:
      return try list(source.n_optional_values, source.optional_values) { (item) throws(FormatError) in
        .optional(try value(item))
      }
    default: throw sparse
    }
  }

  func value(_ source: Onnx__OptionalProto) throws(FormatError) -> Value? {
    switch source.elem_type {
    case 0:
      guard source.tensor_value == nil, source.sequence_value == nil, source.map_value == nil,
        source.optional_value == nil, source.sparse_tensor_value == nil
      else { throw FormatError(.invalid, "expected the kind of an optional's value, found none") }
      return nil
    case 1: if let inner = source.tensor_value { return .tensor(try value(inner.pointee)) }
    case 3: if let inner = source.sequence_value { return .sequence(try values(inner.pointee)) }
    case 4: if let inner = source.map_value { return try value(inner.pointee) }
    case 5: if let inner = source.optional_value { return .optional(try value(inner.pointee)) }
    default: throw sparse
    }
    return nil
  }

  func value(_ source: Onnx__MapProto) throws(FormatError) -> Value {
    let elements: [Value] =
      try source.values.map { (inner) throws(FormatError) in try values(inner.pointee) } ?? []
    let keys: Tensor
    if source.key_type == ElementType.string.rawValue {
      var texts: [String] = []
      for index in 0..<source.n_string_keys {
        guard let key = source.string_keys?[index] else { continue }
        texts.append(
          try text([UInt8](UnsafeBufferPointer(start: key.data, count: key.data == nil ? 0 : key.len))))
      }
      keys = Tensor(strings: texts, [texts.count])
    } else {
      guard let type = ElementType(rawValue: source.key_type), type.isInteger, !type.isPacked else {
        throw FormatError(
          .invalid, "expected a map with keys of an integer type or strings, found \(source.key_type)")
      }
      let numbers: [Int64] = integers(source.n_keys, source.keys)
      keys = Tensor(type, [numbers.count]) { bytes in
        for (index, number) in numbers.enumerated() {
          withUnsafeBytes(of: number.littleEndian) { source in
            for byte in 0..<type.byteWidth { bytes[index * type.byteWidth + byte] = source[byte] }
          }
        }
      }
    }
    guard keys.count == elements.count else {
      throw FormatError(
        .invalid, "expected as many keys as values, found \(keys.count) and \(elements.count)")
    }
    return .map(keys: keys, values: elements)
  }

  private var sparse: FormatError {
    FormatError(.unsupported, "expected a tensor, a sequence, a map or an optional, found a sparse tensor")
  }
}
