package import Graphs
internal import Tensors

/// `x - c` is a shift by -c, `c - x` a scale by -1 and a shift by c. Over two other operands a map of the
/// difference is its scale on both and its shift on one, negated on the right.
extension SubOp: AffineMapOperator, InputMapAbsorber, MapCrossing {
  package var broadcastsInputs: Bool { true }

  package func affineMap(_ node: AffineNode) -> (input: Int, map: AxisMap)? {
    guard let (input, axis, values) = axisOperand(node) else { return nil }
    let sign: Double = input == 0 ? 1 : -1
    return (
      input, AxisMap(axis: axis, scale: values.map { _ in sign }, shift: values.map { -sign * $0 })
    )
  }

  package func absorbing(inputMap map: AxisMap, at index: Int, _ node: AffineNode) -> AffineRewrite? {
    guard !map.hasScale, node.isAligned(index, with: map), let rank = node.outputRank,
      let constant = node.constant(1 - index)?.mapped(by: map.negatedShift, rank: rank)
    else { return nil }
    return AffineRewrite(op: self, constants: [1 - index: constant])
  }

  package func forward(_ map: AxisMap, from index: Int, _ node: AffineNode)
    -> (map: AxisMap, rewrite: AffineRewrite?)?
  {
    guard node.isAligned(index, with: map), let rank = node.outputRank else { return nil }
    guard let constant = node.constant(1 - index) else {
      return map.hasScale ? nil : (index == 0 ? map : map.negatedShift, nil)
    }
    // (s x + t) - c = s (x - (c - t) / s), and c - (s x + t) = s ((c - t) / s - x).
    guard let inverse = map.negatedShift.dividedIntoConstant(sign: 1),
      let changed = constant.mapped(by: inverse, rank: rank)
    else { return nil }
    return (map.scaleOnly, AffineRewrite(op: self, constants: [1 - index: changed]))
  }

  package func backward(_ map: AxisMap, _ node: AffineNode) -> [[Int: AxisMap]] {
    guard (0...1).allSatisfy({ node.constant($0) != nil || node.isAligned($0, with: map) }) else { return [] }
    if !map.hasScale { return [[0: map], [1: map.negatedShift]] }
    return [[0: map, 1: map.scaleOnly], [0: map.scaleOnly, 1: map.negatedShift]]
  }
}

extension AxisMap {
  /// The map with its shift subtracted instead of added.
  var negatedShift: AxisMap { AxisMap(axis: axis, scale: scale, shift: shift.map { -$0 }) }
}
