package import Graphs
internal import Tensors

/// A map crosses padding: that of edges, reflections and wrapped axes as it is, where its own axis is not
/// padded; that by a value v where what v becomes, `scale v + shift`, is the same for all channels.
extension PadOp: MapCrossing {
  package func forward(_ map: AxisMap, from index: Int, _ node: AffineNode)
    -> (map: AxisMap, rewrite: AffineRewrite?)?
  {
    guard index == 0, isFree(map.axis, node) else { return nil }
    guard mode == .constant else { return (map, nil) }
    guard let value = value(node) else { return nil }
    // What is padded before the map must become `value` by it.
    var before: Double?
    for c in 0..<map.count {
      guard map.scale[c] != 0 else {
        guard map.shift[c] == value else { return nil }
        continue
      }
      let own: Double = value.isInfinite && map.scale[c] > 0 ? value : (value - map.shift[c]) / map.scale[c]
      guard own == before ?? own, !own.isNaN else { return nil }
      before = own
    }
    return rewrite(value: before ?? value, from: value, node).map { (map, $0) }
  }

  package func backward(_ map: AxisMap, _ node: AffineNode) -> [[Int: AxisMap]] {
    isFree(map.axis, node) && (mode != .constant || padding(after: map, node) != nil) ? [[0: map]] : []
  }

  package func backwardRewrite(_ map: AxisMap, _ node: AffineNode) -> AffineRewrite? {
    guard mode == .constant, let value = value(node), let after = padding(after: map, node) else {
      return nil
    }
    return rewrite(value: after, from: value, node)
  }

  /// What the value becomes by `map`, where that is one number.
  private func padding(after map: AxisMap, _ node: AffineNode) -> Double? {
    guard let value = value(node) else { return nil }
    var after: Double?
    for c in 0..<map.count {
      let own: Double = map.scale[c] * value + map.shift[c]
      guard own == after ?? own, value.isInfinite ? map.scale[c] > 0 : own.isFinite else { return nil }
      after = own
    }
    guard let after else { return nil }
    return rewrite(value: after, from: value, node) == nil ? nil : after
  }

  /// The node that pads with `value`; nil where its type can't hold it.
  private func rewrite(value: Double, from old: Double, _ node: AffineNode) -> AffineRewrite? {
    if value == old { return AffineRewrite(op: self) }
    guard let type = node.inputs[0]?.elementType, type.isFloatingPoint else { return nil }
    let zero = FoldableConstant(exact: [0], elementType: type, shape: [])
    return zero.replaced(by: [value]).map { AffineRewrite(op: self, constants: [2: $0]) }
  }

  /// The number that pads, where it is known.
  private func value(_ node: AffineNode) -> Double? {
    guard !attributes.contains(where: { $0.name == "value" }) else { return nil }
    guard node.hasInput(2) else { return 0 }
    guard let values = node.constant(2)?.doubles, values.count == 1 else { return nil }
    return values[0]
  }

  /// Whether nothing is padded along the axis.
  private func isFree(_ axis: Int?, _ node: AffineNode) -> Bool {
    guard let axis else { return true }
    guard let rank = node.rank(0), let pads = node.constant(1)?.tensor.integers else { return false }
    var axes: [Int] = Array(0..<rank)
    if node.hasInput(3) {
      guard let named = node.constant(3)?.tensor.integers else { return false }
      axes = named.map { $0 < 0 ? $0 + rank : $0 }
    }
    guard pads.count == 2 * axes.count else { return false }
    return axes.indices.allSatisfy { axes[$0] != axis || pads[$0] == 0 && pads[$0 + axes.count] == 0 }
  }
}
