package import Graphs
internal import Tensors

/// A constant operand is a scale; it takes further scales. Over two other operands a scale of the product
/// is a scale of either.
extension MulOp: AffineMapOperator, InputMapAbsorber, MapCrossing {
  package var broadcastsInputs: Bool { true }

  package func affineMap(_ node: AffineNode) -> (input: Int, map: AxisMap)? {
    guard let (input, axis, values) = axisOperand(node) else { return nil }
    return (input, AxisMap(axis: axis, scale: values, shift: values.map { _ in 0 }))
  }

  package func absorbing(inputMap map: AxisMap, at index: Int, _ node: AffineNode) -> AffineRewrite? {
    guard !map.hasShift, node.isAligned(index, with: map), let rank = node.outputRank,
      let constant = node.constant(1 - index)?.mapped(by: map, rank: rank)
    else { return nil }
    return AffineRewrite(op: self, constants: [1 - index: constant])
  }

  package func forward(_ map: AxisMap, from index: Int, _ node: AffineNode)
    -> (map: AxisMap, rewrite: AffineRewrite?)?
  {
    guard node.isAligned(index, with: map) else { return nil }
    if !map.hasShift { return (map, nil) }
    // c (s x + t) = s (c x) + c t, where c goes along the same axis.
    guard let (input, axis, factors) = axisOperand(node), input == index,
      let scaled = AxisMap(axis: axis, scale: factors, shift: factors.map { _ in 0 }).after(map)
    else { return nil }
    var result: AxisMap = scaled
    for c in 0..<result.count { result.scale[c] = map.scale[map.count == 1 ? 0 : c] }
    return (result, nil)
  }

  package func backward(_ map: AxisMap, _ node: AffineNode) -> [[Int: AxisMap]] {
    guard !map.hasShift else { return [] }
    return (0...1).filter { node.constant($0) != nil || node.isAligned($0, with: map) }.map { [$0: map] }
  }
}
