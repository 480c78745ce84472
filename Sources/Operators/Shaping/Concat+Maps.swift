package import Graphs
internal import Tensors

/// A map of the result is one of every part: sliced where it goes along the joined axis, else the same. A map
/// of one part along the joined axis is one of the result that leaves the other parts as they are.
extension ConcatOp: MapCrossing {
  package func forward(_ map: AxisMap, from index: Int, _ node: AffineNode)
    -> (map: AxisMap, rewrite: AffineRewrite?)?
  {
    guard let rank = node.outputRank else { return nil }
    let joined: Int = axis < 0 ? axis + rank : axis
    var extents: [Int] = []
    for input in node.inputs.indices {
      guard let extent = node.dimensions(input)?[joined].value else { return nil }
      extents.append(extent)
    }
    let start: Int = extents[..<index].reduce(0, +)
    let total: Int = extents.reduce(0, +)
    guard let (scale, shift) = map.along(joined, count: extents[index]) else { return nil }
    return AxisMap(axis: joined, scale: scale, shift: shift)
      .undoing(Array(start..<start + extents[index]), extent: total, axis: joined).map { ($0, nil) }
  }

  package func backward(_ map: AxisMap, _ node: AffineNode) -> [[Int: AxisMap]] {
    guard let rank = node.outputRank else { return [] }
    let joined: Int = axis < 0 ? axis + rank : axis
    var choice: [Int: AxisMap] = [:]
    guard map.axis == joined else {
      for index in node.inputs.indices { choice[index] = map }
      return [choice]
    }
    var start: Int = 0
    for index in node.inputs.indices {
      guard let extent = node.dimensions(index)?[joined].value, start + extent <= map.count else { return [] }
      let range: Range<Int> = start..<start + extent
      if extent > 0 {
        choice[index] = AxisMap(axis: joined, scale: Array(map.scale[range]), shift: Array(map.shift[range]))
      }
      start += extent
    }
    return start == map.count ? [choice] : []
  }
}
