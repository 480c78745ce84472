package import Graphs
internal import Tensors

/// `clip(s x + t, low, high) = s clip(x, (low - t) / s, (high - t) / s) + t` for one s > 0 and one t for all
/// elements; and for a lower bound of 0 alone, any scale that is not negative. A shift that is many times
/// what lies between two bounds stays before them: what is clipped there is small, and loses its last digits
/// next to it.
extension ClipOp: MapCrossing {
  package func forward(_ map: AxisMap, from index: Int, _ node: AffineNode)
    -> (map: AxisMap, rewrite: AffineRewrite?)?
  {
    guard index == 0 else { return nil }
    if isRectifier(node), !map.hasShift, map.isNonnegative { return (map, nil) }
    guard let uniform = map.uniform, let (scale, shift) = numbers(uniform), let bounds = bounds(node),
      !isDrowned(bounds, by: shift), let rewrite = rewrite(bounds, by: { ($0 - shift) / scale })
    else { return nil }
    return (map, rewrite)
  }

  package func backward(_ map: AxisMap, _ node: AffineNode) -> [[Int: AxisMap]] {
    if isRectifier(node), !map.hasShift, map.isNonnegative { return [[0: map]] }
    return backwardRewrite(map, node) == nil ? [] : [[0: map]]
  }

  package func backwardRewrite(_ map: AxisMap, _ node: AffineNode) -> AffineRewrite? {
    if isRectifier(node), !map.hasShift { return nil }
    guard let uniform = map.uniform, let (scale, shift) = numbers(uniform), let bounds = bounds(node) else {
      return nil
    }
    return rewrite(bounds, by: { scale * $0 + shift })
  }

  /// Whether values between two bounds are small against `shift`.
  private func isDrowned(_ bounds: [Int: FoldableConstant], by shift: Double) -> Bool {
    let values: [Double] = bounds.values.compactMap { $0.doubles?.first }
    guard values.count == 2, values.allSatisfy(\.isFinite) else { return false }
    let largest: Double = max(abs(values[0]), abs(values[1]), abs(values[0] - values[1]))
    return abs(shift) > 16 * largest
  }

  private func numbers(_ map: AxisMap) -> (scale: Double, shift: Double)? {
    map.scale[0] > 0 ? (map.scale[0], map.shift[0]) : nil
  }

  /// The bounds that are given; nil where one is not known.
  private func bounds(_ node: AffineNode) -> [Int: FoldableConstant]? {
    var bounds: [Int: FoldableConstant] = [:]
    for index in 1...2 where node.hasInput(index) {
      guard let bound = node.constant(index), bound.shape.count == 1 else { return nil }
      bounds[index] = bound
    }
    return bounds
  }

  private func rewrite(_ bounds: [Int: FoldableConstant], by change: (Double) -> Double) -> AffineRewrite? {
    var constants: [Int: FoldableConstant] = [:]
    for (index, bound) in bounds {
      guard let value = bound.doubles?.first else { return nil }
      // A bound that is infinite, or the largest single, stands for none.
      if value.isInfinite || bound.elementType == .float32 && abs(value) >= 0x1.fffffep127 { continue }
      guard let changed = bound.replaced(by: [change(value)]) else { return nil }
      constants[index] = changed
    }
    return AffineRewrite(op: self, constants: constants)
  }

  private func isRectifier(_ node: AffineNode) -> Bool {
    guard let low = node.constant(1)?.doubles, low == [0] else { return false }
    guard node.hasInput(2) else { return true }
    return node.constant(2)?.doubles == [.infinity]
  }
}
