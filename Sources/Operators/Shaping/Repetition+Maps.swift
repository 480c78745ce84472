package import Graphs
internal import Tensors

/// A map along a repeated axis is repeated like it.
extension TileOp: AxisMovement {
  package func movement(of axis: Int, _ node: AffineNode) -> MovedAxis? {
    guard let repeats = node.constant(1)?.tensor.integers, axis < repeats.count else { return nil }
    if repeats[axis] == 1 { return MovedAxis(axis: axis) }
    guard let extent = node.dimensions(0)?[axis].value, repeats[axis] >= 0, extent * repeats[axis] <= 1 << 20
    else { return nil }
    return MovedAxis(axis: axis, sources: (0..<extent * repeats[axis]).map { $0 % extent })
  }
}

/// A map keeps its axis, counted from the last one, where that is not broadcast.
extension ExpandOp: AxisMovement {
  package func movement(of axis: Int, _ node: AffineNode) -> MovedAxis? {
    guard let dimensions = node.dimensions(0), let result = node.outputs.first??.dimensions,
      axis < dimensions.count
    else { return nil }
    let target: Int = axis + result.count - dimensions.count
    return dimensions[axis] == result[target] ? MovedAxis(axis: target) : nil
  }
}
