package import Graphs
internal import Tensors

/// A map is divided among the parts where it goes along the divided axis, else it is the same for all. A
/// map of one part alone is one of the input only along the divided axis.
extension SplitOp: DividingCrossing {
  package func forward(_ map: AxisMap, _ node: AffineNode) -> [AxisMap]? {
    guard let ranges = ranges(node) else { return nil }
    guard let axis = map.axis, axis == divided(node) else { return ranges.map { _ in map } }
    guard ranges.last?.upperBound == map.count else { return nil }
    return ranges.map { map.picking(Array($0), along: axis) }
  }

  package func backward(_ map: AxisMap, fromOutput index: Int, _ node: AffineNode) -> AxisMap? {
    guard let ranges = ranges(node), ranges.indices.contains(index), let axis = divided(node) else {
      return nil
    }
    if ranges.count == 1 { return map }
    // A map of every element alike is one along any axis.
    guard map.axis == nil || map.axis == axis, let extent = ranges.last?.upperBound else { return nil }
    let part: (scale: [Double], shift: [Double])? = map.along(axis, count: ranges[index].count)
    guard let part else { return nil }
    return AxisMap(axis: axis, scale: part.scale, shift: part.shift)
      .undoing(Array(ranges[index]), extent: extent, axis: axis)
  }

  private func divided(_ node: AffineNode) -> Int? {
    node.rank(0).map { axis < 0 ? axis + $0 : axis }
  }

  /// The indices of each part; nil where the lengths are not known.
  private func ranges(_ node: AffineNode) -> [Range<Int>]? {
    guard let axis = divided(node) else { return nil }
    var ranges: [Range<Int>] = []
    var start: Int = 0
    for output in node.outputs {
      guard let length = output?.dimensions?[axis].value else { return nil }
      ranges.append(start..<start + length)
      start += length
    }
    guard start == node.dimensions(0)?[axis].value else { return nil }
    return ranges
  }
}
