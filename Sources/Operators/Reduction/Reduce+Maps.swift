package import Graphs
internal import Tensors

/// A reduction that maps along an axis that stays cross: `crossing` says what becomes of one.
package protocol ReduceCrossing: ReduceOperator, MapCrossing {
  /// The map after the reduction of `count` elements each (nil: not known), for a map before it that goes
  /// along an axis that is not reduced; nil where it can't cross.
  func reduced(_ map: AxisMap, count: Int?) -> AxisMap?
  /// The other way round.
  func unreduced(_ map: AxisMap, count: Int?) -> AxisMap?
}

extension ReduceCrossing {
  package func forward(_ map: AxisMap, from index: Int, _ node: AffineNode)
    -> (map: AxisMap, rewrite: AffineRewrite?)?
  {
    guard index == 0, let (axes, count) = reducedAxes(node), let result = reduced(map, count: count) else {
      return nil
    }
    guard let axis = map.axis else { return (result, nil) }
    guard !axes.contains(axis) else { return nil }
    let removed: Int = options.keepsDimensions ? 0 : axes.filter { $0 < axis }.count
    return (result.moved(to: axis - removed), nil)
  }

  package func backward(_ map: AxisMap, _ node: AffineNode) -> [[Int: AxisMap]] {
    guard let rank = node.rank(0), let (axes, count) = reducedAxes(node),
      let result = unreduced(map, count: count)
    else { return [] }
    guard let axis = map.axis else { return [[0: result]] }
    let kept: [Int] = (0..<rank).filter { options.keepsDimensions || !axes.contains($0) }
    guard axis < kept.count, !axes.contains(kept[axis]) else { return [] }
    return [[0: result.moved(to: kept[axis])]]
  }

  /// The axes that are reduced, and how many elements they have together; nil where they are not known.
  private func reducedAxes(_ node: AffineNode) -> (axes: Set<Int>, count: Int?)? {
    guard let dimensions = node.dimensions(0) else { return nil }
    var named: [Int] = []
    if node.hasInput(1) {
      guard let values = node.constant(1)?.tensor.integers else { return nil }
      named = values.map { $0 < 0 ? $0 + dimensions.count : $0 }
    }
    if named.isEmpty, !options.reducesNoneByDefault { named = Array(dimensions.indices) }
    let axes = Set(named)
    guard axes.allSatisfy(dimensions.indices.contains) else { return nil }
    let counts: [Int] = axes.compactMap { dimensions[$0].value }
    return (axes, counts.count == axes.count ? counts.reduce(1, *) : nil)
  }
}

/// The mean of scaled and shifted elements is their mean, scaled and shifted.
extension ReduceMeanOp: ReduceCrossing {
  package func reduced(_ map: AxisMap, count: Int?) -> AxisMap? { map }
  package func unreduced(_ map: AxisMap, count: Int?) -> AxisMap? { map }
}

/// A sum of n shifted elements is shifted n times.
extension ReduceSumOp: ReduceCrossing {
  package func reduced(_ map: AxisMap, count: Int?) -> AxisMap? {
    if !map.hasShift { return map }
    guard let count else { return nil }
    return AxisMap(axis: map.axis, scale: map.scale, shift: map.shift.map { $0 * Double(count) })
  }

  package func unreduced(_ map: AxisMap, count: Int?) -> AxisMap? {
    if !map.hasShift { return map }
    guard let count, count > 0 else { return nil }
    return AxisMap(axis: map.axis, scale: map.scale, shift: map.shift.map { $0 / Double(count) })
  }
}

/// Scales that are not negative keep the order of elements.
extension ReduceMaxOp: ReduceCrossing {
  package func reduced(_ map: AxisMap, count: Int?) -> AxisMap? { map.isNonnegative ? map : nil }
  package func unreduced(_ map: AxisMap, count: Int?) -> AxisMap? { map.isNonnegative ? map : nil }
}

extension ReduceMinOp: ReduceCrossing {
  package func reduced(_ map: AxisMap, count: Int?) -> AxisMap? { map.isNonnegative ? map : nil }
  package func unreduced(_ map: AxisMap, count: Int?) -> AxisMap? { map.isNonnegative ? map : nil }
}
