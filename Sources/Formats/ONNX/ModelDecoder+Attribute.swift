internal import CONNX
internal import Models
internal import Tensors

/// Attributes. `type` says which field counts; files of the first IR versions leave it out, and then the
/// field that is there says it. Fields of a second type are refused, so that nothing is dropped.
extension ModelDecoder {
  private typealias Kind = Onnx__AttributeProto__AttributeType

  func attribute(_ source: Onnx__AttributeProto) throws(FormatError) -> ModelAttribute {
    let name: String = text(source.name) ?? ""
    do {
      var attribute = ModelAttribute(name, try value(source))
      attribute.docString = text(source.doc_string)
      return attribute
    } catch {
      throw error.within("attribute '\(name)'")
    }
  }

  private func value(_ source: Onnx__AttributeProto) throws(FormatError) -> ModelAttributeValue {
    let pieces: ArraySlice<PayloadTable.Piece> =
      source.has_payload != 0 ? payloads[Int(source.payload)] : []
    let present: [Kind] = presentKinds(source, pieces)
    let declared: Kind? =
      source.has_type != 0 && source.type != ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__UNDEFINED
      ? source.type : nil
    if let reference = text(source.ref_attr_name), !reference.isEmpty {
      guard present.isEmpty else {
        throw FormatError(.invalid, "expected a reference or a value, found both")
      }
      return .reference(reference, type: Int32(bitPattern: UInt32(declared?.rawValue ?? 0)))
    }
    guard present.count <= 1, let kind = declared ?? present.first else {
      throw FormatError(.invalid, "expected one value, found \(present.count)")
    }
    if let found = present.first, found != kind {
      throw FormatError(
        .invalid, "expected a value of type \(kind.rawValue) as declared, found type \(found.rawValue)")
    }
    return try value(source, pieces, of: kind)
  }

  private func presentKinds(
    _ source: Onnx__AttributeProto, _ pieces: ArraySlice<PayloadTable.Piece>
  ) -> [Kind] {
    var kinds: [Kind] = []
    if source.has_f != 0 { kinds.append(ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT) }
    if source.has_i != 0 { kinds.append(ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT) }
    if source.has_s != 0 { kinds.append(ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRING) }
    if source.t != nil { kinds.append(ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__TENSOR) }
    if source.g != nil { kinds.append(ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__GRAPH) }
    if source.sparse_tensor != nil { kinds.append(ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__SPARSE_TENSOR) }
    if source.tp != nil { kinds.append(ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__TYPE_PROTO) }
    if source.n_tensors != 0 { kinds.append(ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__TENSORS) }
    if source.n_graphs != 0 { kinds.append(ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__GRAPHS) }
    if source.n_sparse_tensors != 0 { kinds.append(ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__SPARSE_TENSORS) }
    if source.n_type_protos != 0 { kinds.append(ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__TYPE_PROTOS) }
    for (field, kind) in Self.payloadKinds where pieces.contains(where: { $0.field == field }) {
      kinds.append(kind)
    }
    return kinds
  }

  private static var payloadKinds: [(PayloadField, Kind)] {
    [
      (.floats, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOATS),
      (.ints, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS),
      (.strings, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRINGS),
    ]
  }

  private func value(
    _ source: Onnx__AttributeProto, _ slice: ArraySlice<PayloadTable.Piece>, of kind: Kind
  ) throws(FormatError) -> ModelAttributeValue {
    let pieces = [PayloadTable.Piece](slice)
    switch kind {
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT: return .float(source.f)
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT: return .int(source.i)
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRING:
      return .string(
        [UInt8](UnsafeBufferPointer(start: source.s.data, count: source.s.data == nil ? 0 : source.s.len)))
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__TENSOR: return .tensor(try tensor(required(source.t).pointee))
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__GRAPH: return .graph(try graph(required(source.g).pointee))
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__SPARSE_TENSOR:
      return .sparseTensor(try sparseTensor(required(source.sparse_tensor).pointee))
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__TYPE_PROTO:
      return .type(type(try required(source.tp).pointee))
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOATS: return .floats(try floats(pieces))
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS: return .ints(try ints(pieces))
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRINGS: return .strings(try payload.strings(pieces))
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__TENSORS:
      return .tensors(try list(source.n_tensors, source.tensors, tensor))
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__GRAPHS:
      return .graphs(try list(source.n_graphs, source.graphs, graph))
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__SPARSE_TENSORS:
      return .sparseTensors(try list(source.n_sparse_tensors, source.sparse_tensors, sparseTensor))
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__TYPE_PROTOS:
      return .types(list(source.n_type_protos, source.type_protos, type))
    default:
      throw FormatError(.unsupported, "expected an attribute type between 1 and 14, found \(kind.rawValue)")
    }
  }

  private func required<Item>(_ item: UnsafeMutablePointer<Item>?) throws(FormatError)
    -> UnsafeMutablePointer<Item>
  {
    guard let item else { throw FormatError(.invalid, "expected a value of the declared type, found none") }
    return item
  }

  private func floats(_ pieces: [PayloadTable.Piece]) throws(FormatError) -> [Float] {
    let bytes: PayloadBytes = try payload.fixed(pieces, width: 4)
    try payload.budget.charge(bytes.count, at: pieces.first?.start ?? 0)
    return (0..<bytes.count / 4).map { index in
      let bits: UInt32 = bytes.buffer.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self)
      return Float(bitPattern: UInt32(littleEndian: bits))
    }
  }

  private func ints(_ pieces: [PayloadTable.Piece]) throws(FormatError) -> [Int64] {
    let bytes: PayloadBytes = try payload.varints(pieces, width: 8)
    try payload.budget.charge(bytes.count, at: pieces.first?.start ?? 0)
    return [Int64](
      UnsafeBufferPointer(
        start: UnsafeRawPointer(bytes.storage.base).assumingMemoryBound(to: Int64.self),
        count: bytes.count / 8))
  }
}
