package import Tensors

/// The type of a value in a graph. A shape of nil says nothing, not even the rank.
package indirect enum ValueType: Sendable, Hashable, CustomStringConvertible {
  case tensor(ElementType, [Dimension]?)
  case sequence(ValueType)
  case optional(ValueType)
  case map(key: ElementType, value: ValueType)

  /// The element type of a tensor; nil for containers.
  package var elementType: ElementType? {
    if case .tensor(let type, _) = self { type } else { nil }
  }

  /// The element type of a tensor, or of the tensors in a container.
  package var innermostElementType: ElementType {
    switch self {
    case .tensor(let type, _): type
    case .sequence(let element), .optional(let element), .map(_, let element): element.innermostElementType
    }
  }

  /// The dimensions of a tensor of known rank.
  package var dimensions: [Dimension]? {
    if case .tensor(_, let dimensions) = self { dimensions } else { nil }
  }

  /// The shape of a tensor whose extents are all known.
  package var shape: Shape? {
    guard let dimensions else { return nil }
    var extents: [Int] = []
    extents.reserveCapacity(dimensions.count)
    for dimension in dimensions {
      guard let value = dimension.value else { return nil }
      extents.append(value)
    }
    return Shape(extents)
  }

  /// A tensor type with known extents.
  package static func tensor(_ type: ElementType, _ shape: Shape) -> ValueType {
    .tensor(type, shape.extents.map { Dimension($0) })
  }

  package var description: String {
    switch self {
    case .tensor(let type, let dimensions):
      dimensions.map { "\(type.name)[\($0.map(\.description).joined(separator: ", "))]" }
        ?? "\(type.name)[...]"
    case .sequence(let element): "sequence(\(element))"
    case .optional(let element): "optional(\(element))"
    case .map(let key, let value): "map(\(key.name), \(value))"
    }
  }

  /// What is true of both types: dimensions that differ become unknown (`fresh()` names them); nil where
  /// the types can't be one value's.
  package func joined(with other: ValueType, fresh: () -> Dimension) -> ValueType? {
    switch (self, other) {
    case (.tensor(let a, let left), .tensor(let b, let right)):
      guard a == b else { return nil }
      guard let left, let right, left.count == right.count else { return .tensor(a, nil) }
      return .tensor(a, zip(left, right).map { $0 == $1 ? $0 : fresh() })
    case (.sequence(let a), .sequence(let b)): return a.joined(with: b, fresh: fresh).map { .sequence($0) }
    case (.optional(let a), .optional(let b)): return a.joined(with: b, fresh: fresh).map { .optional($0) }
    case (.map(let a, let left), .map(let b, let right)):
      guard a == b else { return nil }
      return left.joined(with: right, fresh: fresh).map { .map(key: a, value: $0) }
    default: return nil
    }
  }
}

extension Value {
  /// The type of the value, with its shape; an empty sequence or optional has type nil.
  package var type: ValueType? {
    switch self {
    case .tensor(let tensor): .tensor(tensor.elementType, tensor.shape)
    case .sequence(let elements): Self.commonType(elements).map { .sequence($0) }
    case .optional(let value): value?.type.map { .optional($0) }
    case .map(let keys, let values): values.first?.type.map { .map(key: keys.elementType, value: $0) }
    }
  }

  /// The type of all elements of a sequence; without a shape where theirs differ.
  private static func commonType(_ elements: [Value]) -> ValueType? {
    guard let first = elements.first?.type else { return nil }
    guard case .tensor(let type, _) = first else { return first }
    return elements.dropFirst().allSatisfy { $0.type == first } ? first : .tensor(type, nil as [Dimension]?)
  }
}
