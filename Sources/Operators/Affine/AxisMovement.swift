package import Graphs
internal import Tensors

/// What becomes of an axis of input 0 in output 0.
package struct MovedAxis: Sendable {
  /// The axis of the output; nil where one index is taken and the axis is gone.
  package let axis: Int?
  /// The index along the input's axis for each along the output's; nil where they are the same.
  package let sources: [Int]?

  package init(axis: Int?, sources: [Int]? = nil) {
    self.axis = axis
    self.sources = sources
  }
}

/// An operator that takes the elements of input 0 to other places, so that a map along an axis crosses as one
/// whose numbers are picked, permuted or repeated, and one of every element alike as it is.
package protocol AxisMovement: PickingOperator, MapCrossing {
  /// Where `axis` of input 0 goes; nil where nothing is known of it, or it is mixed with others.
  func movement(of axis: Int, _ node: AffineNode) -> MovedAxis?
  /// Whether the other inputs that decide what is moved leave a map of every element alike as it is.
  func keepsUniformMaps(_ node: AffineNode) -> Bool
}

extension AxisMovement {
  package func keepsUniformMaps(_ node: AffineNode) -> Bool { true }

  package func ignores(_ map: AxisMap, at index: Int, _ node: AffineNode) -> Bool {
    guard index == 0, let axis = map.axis, let sources = movement(of: axis, node)?.sources else {
      return false
    }
    return sources.allSatisfy { map.scale[$0] == 1 && map.shift[$0] == 0 }
  }

  package func forward(_ map: AxisMap, from index: Int, _ node: AffineNode)
    -> (map: AxisMap, rewrite: AffineRewrite?)?
  {
    guard index == 0 else { return nil }
    guard let axis = map.axis else { return keepsUniformMaps(node) ? (map, nil) : nil }
    guard let moved = movement(of: axis, node) else {
      return map.uniform.flatMap { forward($0, from: index, node) }
    }
    guard let sources = moved.sources else { return moved.axis.map { (map.moved(to: $0), nil) } }
    guard sources.allSatisfy(map.scale.indices.contains) else { return nil }
    return (map.picking(sources, along: moved.axis), nil)
  }

  package func backward(_ map: AxisMap, _ node: AffineNode) -> [[Int: AxisMap]] {
    guard let axis = map.axis else {
      return keepsUniformMaps(node) ? [[0: map]] + restricted(map, node).map { [0: $0] } : []
    }
    for source in 0..<(node.rank(0) ?? 0) {
      guard let moved = movement(of: source, node), moved.axis == axis else { continue }
      guard let sources = moved.sources else { return [[0: map.moved(to: source)]] }
      guard let extent = node.dimensions(0)?[source].value,
        let result = map.undoing(sources, extent: extent, axis: source)
      else { return [] }
      return [[0: result]]
    }
    return map.uniform.map { backward($0, node) } ?? []
  }
}

extension AxisMovement {
  /// A map of every element alike as maps of what is picked along one axis, where not all of it is: others
  /// who pick elsewhere along it don't see them.
  private func restricted(_ map: AxisMap, _ node: AffineNode) -> [AxisMap] {
    let dimensions: [Dimension] = node.dimensions(0) ?? []
    return dimensions.indices.compactMap { axis in
      guard let extent = dimensions[axis].value, let sources = movement(of: axis, node)?.sources,
        Set(sources).count < extent
      else { return nil }
      let parts: (scale: [Double], shift: [Double])? = map.along(axis, count: sources.count)
      return parts.flatMap {
        AxisMap(axis: axis, scale: $0.scale, shift: $0.shift).undoing(sources, extent: extent, axis: axis)
      }
    }
  }
}

extension AxisMap {
  /// The map of `extent` indices of which those in `sources`, in that order, are mapped as this map says, and
  /// the others not at all; nil where an index is picked more than once and mapped in different ways.
  func undoing(_ sources: [Int], extent: Int, axis: Int) -> AxisMap? {
    guard sources.count == count else { return nil }
    var result = AxisMap(
      axis: axis, scale: Array(repeating: 1, count: extent), shift: Array(repeating: 0, count: extent))
    var known = [Bool](repeating: false, count: extent)
    for (index, source) in sources.enumerated() {
      guard source >= 0, source < extent else { return nil }
      if known[source] {
        guard result.scale[source] == scale[index], result.shift[source] == shift[index] else { return nil }
      }
      known[source] = true
      result.scale[source] = scale[index]
      result.shift[source] = shift[index]
    }
    return result
  }
}
