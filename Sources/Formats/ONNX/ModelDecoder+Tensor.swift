internal import CONNX
internal import Models
internal import Tensors

/// Tensors. Typed data fields become the bytes that `raw_data` would hold.
extension ModelDecoder {
  func tensor(_ source: Onnx__TensorProto) throws(FormatError) -> ModelTensor {
    let name: String? = text(source.name)
    do {
      var tensor = ModelTensor(
        name: name, elementType: source.data_type, dims: integers(source.n_dims, source.dims),
        data: .strings([]))
      tensor.data = try data(source, dims: tensor.dims)
      tensor.docString = text(source.doc_string)
      tensor.metadata = entries(source.n_metadata_props, source.metadata_props)
      return tensor
    } catch {
      throw error.within("tensor '\(name ?? "")'")
    }
  }

  func sparseTensor(_ source: Onnx__SparseTensorProto) throws(FormatError) -> ModelSparseTensor {
    guard let values = source.values, let indices = source.indices else {
      throw FormatError(.invalid, "expected a sparse tensor with values and indices, found one without")
    }
    return ModelSparseTensor(
      values: try tensor(values.pointee), indices: try tensor(indices.pointee),
      dims: integers(source.n_dims, source.dims))
  }

  private func data(_ source: Onnx__TensorProto, dims: [Int64]) throws(FormatError) -> ModelTensor.Payload {
    guard source.segment == nil else {
      throw FormatError(.unsupported, "expected a whole tensor, found a segment of one")
    }
    let type = ElementType(rawValue: source.data_type)
    let pieces: ArraySlice<PayloadTable.Piece> =
      source.has_payload != 0 ? payloads[Int(source.payload)] : []
    if source.has_data_location != 0, source.data_location == ONNX__TENSOR_PROTO__DATA_LOCATION__EXTERNAL {
      guard pieces.isEmpty else {
        throw FormatError(.invalid, "expected external data alone, found data in the model as well")
      }
      return try externalData(source, type: type, dims: dims)
    }
    guard source.n_external_data == 0 else {
      throw FormatError(.invalid, "expected no external data in a tensor that says to have none, found some")
    }
    let raw: [PayloadTable.Piece] = pieces.filter { $0.field == .rawData }
    let typed: [PayloadTable.Piece] = pieces.filter { $0.field != .rawData }
    let bytes: PayloadBytes = try payload.bytes(raw)
    guard let field = typed.first?.field else {
      if type == .string {
        guard bytes.count == 0 else {
          throw FormatError(.invalid, "expected strings in string_data, found raw_data")
        }
        return .strings([])
      }
      return .bytes(try spread(bytes, type: type, dims: dims))
    }
    guard bytes.count == 0, typed.allSatisfy({ $0.field == field }) else {
      throw FormatError(
        .invalid, "expected elements in one field, found them in several",
        place: .init(offset: typed.last?.start))
    }
    return try typedData(typed, field: field, type: type)
  }

  private func typedData(
    _ pieces: [PayloadTable.Piece], field: PayloadField, type: ElementType?
  ) throws(FormatError) -> ModelTensor.Payload {
    switch (field, type) {
    case (.stringData, .string): return .strings(try payload.strings(pieces))
    case (.floatData, .float32), (.floatData, .complex64): return .bytes(try payload.fixed(pieces, width: 4))
    case (.doubleData, .float64), (.doubleData, .complex128):
      return .bytes(try payload.fixed(pieces, width: 8))
    case (.int64Data, .int64), (.uint64Data, .uint64): return .bytes(try payload.varints(pieces, width: 8))
    case (.uint64Data, .uint32), (.int32Data, .int32): return .bytes(try payload.varints(pieces, width: 4))
    case (.int32Data, .bool): return .bytes(try payload.truths(pieces))
    case (.int32Data, let type?):
      switch type {
      case .int32, .int64, .uint32, .uint64, .float32, .float64, .complex64, .complex128, .string, .bool:
        break
      default: return .bytes(try payload.varints(pieces, width: max(type.byteWidth, 1)))
      }
    default: break
    }
    let names: [PayloadField: String] = [
      .floatData: "float_data", .int32Data: "int32_data", .stringData: "string_data",
      .int64Data: "int64_data", .doubleData: "double_data", .uint64Data: "uint64_data",
    ]
    throw FormatError(
      .invalid,
      "expected the data field of element type \(type?.name ?? "unknown"), found \(names[field] ?? "another")",
      place: .init(offset: pieces.first?.start))
  }

  /// Brings elements of 6 bits to a byte each, as tensors hold them; leaves all others as they are.
  private func spread(
    _ bytes: PayloadBytes, type: ElementType?, dims: [Int64]
  ) throws(FormatError) -> PayloadBytes {
    guard type == .float6E2M3 || type == .float6E3M2 else { return bytes }
    guard let count = Shape(checking: dims.map(Int.init))?.count,
      count <= bytes.count.multipliedReportingOverflow(by: 4).partialValue
    else {
      throw FormatError(
        .invalid, "expected elements of 6 bits for dims \(dims), found \(bytes.count) bytes",
        place: .init(offset: bytes.offset))
    }
    return try payload.sextets(bytes, count: count)
  }

  private func externalData(
    _ source: Onnx__TensorProto, type: ElementType?, dims: [Int64]
  ) throws(FormatError) -> ModelTensor.Payload {
    guard type != .string else {
      throw FormatError(.invalid, "expected strings in the model's file, found external data")
    }
    let reference: ExternalData = try ExternalReference.decode(
      entries(source.n_external_data, source.external_data))
    guard let external else { return .external(reference, bytes: nil) }
    var needed: Int?
    if let type, let shape = Shape(checking: dims.map(Int.init)) {
      let isSextet: Bool = type == .float6E2M3 || type == .float6E3M2
      needed = isSextet ? Sextets.packedCount(shape.count) : type.byteCount(of: shape.count)
    }
    let slice: PayloadBytes = try external.slice(reference, needed: needed)
    return .external(reference, bytes: try spread(slice, type: type, dims: dims))
  }
}
