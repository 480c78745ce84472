package import Graphs
internal import Tensors

/// Resampling is an average whose weights sum up to 1, so that maps along axes that keep their extent cross
/// it; not where what lies outside the input has a value of its own.
extension ResizeOp: AxisMovement {
  package func movement(of axis: Int, _ node: AffineNode) -> MovedAxis? {
    guard keepsUniformMaps(node), isKept(axis, node) else { return nil }
    return MovedAxis(axis: axis)
  }

  package func keepsUniformMaps(_ node: AffineNode) -> Bool { coordinates != .cropAndResize }

  /// Whether output positions along the axis are those of the input.
  private func isKept(_ axis: Int, _ node: AffineNode) -> Bool {
    guard let dimensions = node.dimensions(0), let result = node.outputs.first??.dimensions,
      axis < dimensions.count, dimensions[axis] == result[axis]
    else { return false }
    let rank: Int = dimensions.count
    let all: [Int] = axes.map { $0.map { $0 < 0 ? $0 + rank : $0 } } ?? Array(0..<rank)
    guard let position = all.firstIndex(of: axis) else { return true }
    if node.hasInput(2) {
      guard let scales = node.constant(2)?.doubles else { return false }
      if !scales.isEmpty { return scales.count == all.count && scales[position] == 1 }
    }
    return policy == .stretch
  }
}
