package import Graphs
internal import Tensors

/// A map along a sliced axis is sliced like it.
extension SliceOp: AxisMovement {
  package func movement(of axis: Int, _ node: AffineNode) -> MovedAxis? {
    guard let dimensions = node.dimensions(0), axis < dimensions.count,
      let starts = node.constant(1)?.tensor.integers, let ends = node.constant(2)?.tensor.integers,
      starts.count == ends.count
    else { return nil }
    var axes: [Int] = Array(starts.indices)
    if node.hasInput(3) {
      guard let named = node.constant(3)?.tensor.integers else { return nil }
      axes = named.map { $0 < 0 ? $0 + dimensions.count : $0 }
    }
    var steps: [Int] = starts.map { _ in 1 }
    if node.hasInput(4) {
      guard let given = node.constant(4)?.tensor.integers else { return nil }
      steps = given
    }
    guard axes.count == starts.count, steps.count == starts.count else { return nil }
    guard let position = axes.lastIndex(of: axis) else { return MovedAxis(axis: axis) }
    guard let extent = dimensions[axis].value, steps[position] != 0, axes.filter({ $0 == axis }).count == 1
    else { return nil }
    let range = SliceRange(
      start: starts[position], end: ends[position], step: steps[position], extent: extent)
    return MovedAxis(axis: axis, sources: (0..<range.count).map { range.start + $0 * range.step })
  }
}
