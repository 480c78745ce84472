package import Tensors

/// What is known of a value before a model runs: all of it, or the elements of a shape computation as
/// dimensions that may be symbolic.
package enum KnownValue: Sendable {
  case tensor(Tensor)
  /// The elements of an int64 tensor of rank 1, or of rank 0 where `isScalar`.
  case dimensions([Dimension], isScalar: Bool)

  /// Known elements of a shape computation; a tensor where all are known.
  package init(dimensions: [Dimension], isScalar: Bool = false) {
    let values: [Int64] = dimensions.compactMap { $0.value.map(Int64.init) }
    if values.count == dimensions.count {
      self = .tensor(Tensor(values, isScalar ? .scalar : [values.count]))
    } else {
      self = .dimensions(dimensions, isScalar: isScalar)
    }
  }

  /// The tensor, where all of it is known.
  package var tensor: Tensor? {
    if case .tensor(let tensor) = self { tensor } else { nil }
  }

  /// The elements of an int64 or int32 value of rank 0 or 1.
  package var dimensions: [Dimension]? {
    switch self {
    case .dimensions(let dimensions, _): dimensions
    case .tensor(let tensor):
      tensor.shape.rank <= 1 ? tensor.integers?.map { Dimension($0) } : nil
    }
  }
}

extension Tensor {
  /// The elements of an int64 or int32 tensor; nil for other types.
  package var integers: [Int]? {
    switch elementType {
    case .int64: elements(Int64.self).map { Int($0) }
    case .int32: elements(Int32.self).map { Int($0) }
    default: nil
    }
  }
}
