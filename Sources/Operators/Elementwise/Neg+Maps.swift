package import Graphs
internal import Tensors

/// A scale by -1; scales cross it.
extension NegOp: AffineMapOperator, MapCrossing {
  package func affineMap(_ node: AffineNode) -> (input: Int, map: AxisMap)? {
    guard node.inputs.first??.elementType?.isFloatingPoint ?? false else { return nil }
    return (0, AxisMap(axis: nil, scale: [-1], shift: [0]))
  }

  package func forward(_ map: AxisMap, from index: Int, _ node: AffineNode)
    -> (map: AxisMap, rewrite: AffineRewrite?)?
  {
    (map.negatedShift, nil)
  }

  package func backward(_ map: AxisMap, _ node: AffineNode) -> [[Int: AxisMap]] { [[0: map.negatedShift]] }
}
