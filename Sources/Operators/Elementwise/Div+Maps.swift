package import Graphs
internal import Tensors

/// `x / c` is a scale by 1 / c; `c / x` is no affine map. A scale of a quotient is one of its dividend.
extension DivOp: AffineMapOperator, MapCrossing {
  package var broadcastsInputs: Bool { true }

  package func affineMap(_ node: AffineNode) -> (input: Int, map: AxisMap)? {
    guard let (input, axis, values) = axisOperand(node), input == 0, values.allSatisfy({ $0 != 0 }) else {
      return nil
    }
    return (0, AxisMap(axis: axis, scale: values.map { 1 / $0 }, shift: values.map { _ in 0 }))
  }

  package func forward(_ map: AxisMap, from index: Int, _ node: AffineNode)
    -> (map: AxisMap, rewrite: AffineRewrite?)?
  {
    guard index == 0, !map.hasShift, node.isAligned(0, with: map) else { return nil }
    return (map, nil)
  }

  package func backward(_ map: AxisMap, _ node: AffineNode) -> [[Int: AxisMap]] {
    guard !map.hasShift, node.constant(0) != nil || node.isAligned(0, with: map) else { return [] }
    return [[0: map]]
  }
}
