package import Graphs
internal import Tensors

/// A constant operand is a shift; it takes further shifts. Over two other operands a map of the sum is its
/// scale on both and its shift on one.
extension AddOp: AffineMapOperator, InputMapAbsorber, MapCrossing {
  package var broadcastsInputs: Bool { true }

  package func affineMap(_ node: AffineNode) -> (input: Int, map: AxisMap)? {
    guard let (input, axis, values) = axisOperand(node) else { return nil }
    return (input, AxisMap(axis: axis, scale: values.map { _ in 1 }, shift: values))
  }

  package func absorbing(inputMap map: AxisMap, at index: Int, _ node: AffineNode) -> AffineRewrite? {
    guard !map.hasScale, node.isAligned(index, with: map), let rank = node.outputRank,
      let constant = node.constant(1 - index)?.mapped(by: map, rank: rank)
    else { return nil }
    return AffineRewrite(op: self, constants: [1 - index: constant])
  }

  package func forward(_ map: AxisMap, from index: Int, _ node: AffineNode)
    -> (map: AxisMap, rewrite: AffineRewrite?)?
  {
    guard node.isAligned(index, with: map), let rank = node.outputRank else { return nil }
    guard let constant = node.constant(1 - index) else { return map.hasScale ? nil : (map, nil) }
    guard let inverse = map.dividedIntoConstant(sign: 1),
      let changed = constant.mapped(by: inverse, rank: rank)
    else { return nil }
    return (map.scaleOnly, AffineRewrite(op: self, constants: [1 - index: changed]))
  }

  package func backward(_ map: AxisMap, _ node: AffineNode) -> [[Int: AxisMap]] {
    guard (0...1).allSatisfy({ node.constant($0) != nil || node.isAligned($0, with: map) }) else { return [] }
    if !map.hasScale { return [[0: map], [1: map]] }
    return [[0: map, 1: map.scaleOnly], [0: map.scaleOnly, 1: map]]
  }
}

extension AxisMap {
  /// What a constant c becomes so that s (x + c') = (s x + t) + sign c, that is c' = (sign c + t) / s; nil
  /// where a scale is 0.
  func dividedIntoConstant(sign: Double) -> AxisMap? {
    guard scale.allSatisfy({ $0 != 0 }) else { return nil }
    return AxisMap(
      axis: axis, scale: scale.map { sign / $0 }, shift: zip(scale, shift).map { $1 / $0 })
  }
}
