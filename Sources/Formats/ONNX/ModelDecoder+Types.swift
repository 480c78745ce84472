internal import CONNX
internal import Models

/// Declarations of values and their types.
extension ModelDecoder {
  func valueInfo(_ source: Onnx__ValueInfoProto) throws(FormatError) -> ValueInfo {
    var info = ValueInfo(name: text(source.name) ?? "")
    info.type = source.type.map { type($0.pointee) }
    info.docString = text(source.doc_string)
    info.metadata = entries(source.n_metadata_props, source.metadata_props)
    return info
  }

  func type(_ source: Onnx__TypeProto) -> ModelType {
    var type = ModelType(kind(source))
    type.denotation = text(source.denotation)
    return type
  }

  private func kind(_ source: Onnx__TypeProto) -> ModelType.Kind {
    switch source.value_case {
    case ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE:
      guard let inner = source.tensor_type?.pointee else { return .unspecified }
      return .tensor(elementType: inner.elem_type, shape: shape(inner.shape))
    case ONNX__TYPE_PROTO__VALUE_SPARSE_TENSOR_TYPE:
      guard let inner = source.sparse_tensor_type?.pointee else { return .unspecified }
      return .sparseTensor(elementType: inner.elem_type, shape: shape(inner.shape))
    case ONNX__TYPE_PROTO__VALUE_SEQUENCE_TYPE:
      guard let inner = source.sequence_type?.pointee else { return .unspecified }
      return .sequence(inner.elem_type.map { type($0.pointee) })
    case ONNX__TYPE_PROTO__VALUE_OPTIONAL_TYPE:
      guard let inner = source.optional_type?.pointee else { return .unspecified }
      return .optional(inner.elem_type.map { type($0.pointee) })
    case ONNX__TYPE_PROTO__VALUE_MAP_TYPE:
      guard let inner = source.map_type?.pointee else { return .unspecified }
      return .map(keyType: inner.key_type, value: inner.value_type.map { type($0.pointee) })
    case ONNX__TYPE_PROTO__VALUE_OPAQUE_TYPE:
      guard let inner = source.opaque_type?.pointee else { return .unspecified }
      return .opaque(domain: text(inner.domain) ?? "", name: text(inner.name) ?? "")
    default: return .unspecified
    }
  }

  private func shape(_ source: UnsafeMutablePointer<Onnx__TensorShapeProto>?) -> [ModelDimension]? {
    guard let source = source?.pointee else { return nil }
    return list(source.n_dim, source.dim) { item in
      let extent: ModelDimension.Extent
      switch item.value_case {
      case ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE: extent = .value(item.dim_value)
      case ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_PARAM:
        extent = .parameter(text(item.dim_param) ?? "")
      default: extent = .unknown
      }
      var dimension = ModelDimension(extent)
      dimension.denotation = text(item.denotation)
      return dimension
    }
  }
}
