package import Graphs
internal import Tensors

/// A map crosses a transposition along the axis that its axis becomes.
extension TransposeOp: MapCrossing {
  package func forward(_ map: AxisMap, from index: Int, _ node: AffineNode)
    -> (map: AxisMap, rewrite: AffineRewrite?)?
  {
    guard let rank = node.rank(0) else { return nil }
    guard let axis = map.axis else { return (map, nil) }
    guard let target = order(rank: rank).firstIndex(of: axis) else { return nil }
    return (AxisMap(axis: target, scale: map.scale, shift: map.shift), nil)
  }

  package func backward(_ map: AxisMap, _ node: AffineNode) -> [[Int: AxisMap]] {
    guard let rank = node.rank(0) else { return [] }
    guard let axis = map.axis else { return [[0: map]] }
    return [[0: AxisMap(axis: order(rank: rank)[axis], scale: map.scale, shift: map.shift)]]
  }

  private func order(rank: Int) -> [Int] { permutation ?? (0..<rank).reversed() }
}

extension TransposeOp {
  /// The transposition whose axis i is the input's axis `permutation[i]`.
  package init(permutation: [Int]) { self.permutation = permutation }
}
