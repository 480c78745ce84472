/// What flows along an edge of a graph: a tensor, or one of ONNX's containers of tensors.
package indirect enum Value: Sendable {
  case tensor(Tensor)
  case sequence([Value])
  /// An optional that holds a value, or none.
  case optional(Value?)
  /// A map from keys (a tensor of integers or strings, rank 1) to as many values.
  case map(keys: Tensor, values: [Value])

  /// The tensor, or nil for a container.
  package var tensor: Tensor? {
    if case .tensor(let tensor) = self { tensor } else { nil }
  }
}
