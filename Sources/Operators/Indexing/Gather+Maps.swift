package import Graphs
internal import Tensors

/// A map along the picked axis is picked like it, where the indices are known; one along another axis goes
/// where that axis goes. A constant table takes maps along axes that it keeps.
extension GatherOp: AxisMovement, OutputMapAbsorber {
  package func movement(of axis: Int, _ node: AffineNode) -> MovedAxis? {
    guard node.constant(0) == nil, let dimensions = node.dimensions(0), let indices = node.rank(1) else {
      return nil
    }
    let picked: Int = self.axis < 0 ? self.axis + dimensions.count : self.axis
    if axis < picked { return MovedAxis(axis: axis) }
    if axis > picked { return MovedAxis(axis: axis + indices - 1) }
    guard indices <= 1, let extent = dimensions[axis].value, let positions = node.constant(1)?.tensor.integers
    else { return nil }
    return MovedAxis(
      axis: indices == 0 ? nil : axis, sources: positions.map { $0 < 0 ? $0 + extent : $0 })
  }

  package func keepsUniformMaps(_ node: AffineNode) -> Bool { node.constant(0) == nil }

  package func absorbing(outputMap map: AxisMap, _ node: AffineNode) -> AffineRewrite? {
    guard let table = node.constant(0), let indices = node.rank(1) else { return nil }
    let picked: Int = axis < 0 ? axis + table.shape.rank : axis
    var own: AxisMap = map
    if let axis = map.axis {
      if axis >= picked + indices {
        own = map.moved(to: axis - indices + 1)
      } else if axis >= picked {
        return nil
      }
    }
    guard let changed = table.mapped(by: own, rank: table.shape.rank), changed.shape == table.shape else {
      return nil
    }
    return AffineRewrite(op: self, constants: [0: changed])
  }
}
