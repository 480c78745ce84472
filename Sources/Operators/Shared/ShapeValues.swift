internal import Graphs
internal import Tensors

extension InferenceContext {
  /// The elements of input `index` where some of them are symbols. What is known completely needs no
  /// symbolic arithmetic: it is computed.
  func symbolicElements(_ index: Int) -> [Dimension]? {
    guard case .dimensions(let elements, _)? = known(index) else { return nil }
    return elements
  }

  /// The elements of input `index` as dimensions, where they are few enough to be a shape.
  func shapeElements(_ index: Int) -> [Dimension]? {
    if case .tensor(let tensor)? = known(index), tensor.count > 1024 { return nil }
    return knownDimensions(index)
  }

  /// Unknown extents for `rank` axes.
  mutating func freshDimensions(_ rank: Int) -> [Dimension] {
    var result: [Dimension] = []
    for _ in 0..<rank { result.append(freshDimension()) }
    return result
  }
}
