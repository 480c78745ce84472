/// A named attribute as written (ONNX's `AttributeProto`).
package struct ModelAttribute: Sendable {
  package var name: String
  package var value: ModelAttributeValue
  package var docString: String?

  package init(_ name: String, _ value: ModelAttributeValue) {
    self.name = name
    self.value = value
  }
}

/// The value of an attribute. Strings are bytes: ONNX asks for UTF-8 but carries anything.
package indirect enum ModelAttributeValue: Sendable {
  case float(Float)
  case int(Int64)
  case string([UInt8])
  case tensor(ModelTensor)
  case graph(ModelGraph)
  case sparseTensor(ModelSparseTensor)
  case type(ModelType)
  case floats([Float])
  case ints([Int64])
  case strings([[UInt8]])
  case tensors([ModelTensor])
  case graphs([ModelGraph])
  case sparseTensors([ModelSparseTensor])
  case types([ModelType])
  /// In a function's body: the value of the calling node's attribute of this name; `type` is ONNX's
  /// `AttributeType`.
  case reference(String, type: Int32)
}
