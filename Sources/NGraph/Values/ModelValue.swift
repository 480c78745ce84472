package import Tensors

/// What a model takes and gives: an array, or one of ONNX's containers of arrays.
public indirect enum ModelValue: Sendable {
  case array(NDArray)
  case sequence([ModelValue])
  /// A value, or none.
  case optional(ModelValue?)
  /// A map from keys (integers or strings, one axis) to as many values.
  case map(keys: NDArray, values: [ModelValue])

  /// The array, or nil for a container.
  public var array: NDArray? {
    if case .array(let array) = self { array } else { nil }
  }
}

extension ModelValue {
  package init(_ value: Value) {
    self =
      switch value {
      case .tensor(let tensor): .array(NDArray(tensor))
      case .sequence(let elements): .sequence(elements.map { ModelValue($0) })
      case .optional(let element): .optional(element.map { ModelValue($0) })
      case .map(let keys, let values):
        .map(keys: NDArray(keys), values: values.map { ModelValue($0) })
      }
  }

  package var value: Value {
    switch self {
    case .array(let array): .tensor(array.tensor)
    case .sequence(let elements): .sequence(elements.map(\.value))
    case .optional(let element): .optional(element?.value)
    case .map(let keys, let values): .map(keys: keys.tensor, values: values.map(\.value))
    }
  }
}
