internal import Graphs
internal import Models
internal import Tensors

/// Writes types, tensors and attribute values as a model has them.
enum TypeExport {
  static func type(_ type: ValueType) -> ModelType {
    switch type {
    case .tensor(let element, let dimensions):
      ModelType(
        .tensor(elementType: element.rawValue, shape: dimensions.map { $0.map { dimension($0) } }))
    case .sequence(let element): ModelType(.sequence(self.type(element)))
    case .optional(let element): ModelType(.optional(self.type(element)))
    case .map(let key, let value): ModelType(.map(keyType: key.rawValue, value: self.type(value)))
    }
  }

  /// A dimension that has no name of the model's stays unnamed.
  private static func dimension(_ dimension: Dimension) -> ModelDimension {
    if let value = dimension.value { return ModelDimension(.value(Int64(value))) }
    let name: String = dimension.description
    return ModelDimension(name.contains("?") ? .unknown : .parameter(name))
  }

  /// The tensor over the same bytes.
  static func tensor(_ tensor: Tensor, name: String?) -> ModelTensor {
    let payload: ModelTensor.Payload =
      if let strings = tensor.strings {
        .strings(strings.elements.map { Array($0.utf8) })
      } else {
        .bytes(PayloadBytes(storage: tensor.storage, offset: tensor.byteOffset, count: tensor.byteCount))
      }
    return ModelTensor(
      name: name, elementType: tensor.elementType.rawValue, dims: tensor.shape.extents.map { Int64($0) },
      data: payload)
  }
}
