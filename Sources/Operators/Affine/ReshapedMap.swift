package import Graphs
internal import Tensors

extension AxisMap {
  /// The map of the same elements under other dimensions: where the axis is kept, merged with others (each
  /// number repeated) or split; nil where it would go along more than one of the new axes, or extents that
  /// matter are not known.
  func reshaped(from old: [Dimension], to new: [Dimension]) -> AxisMap? {
    guard let axis else { return self }
    guard axis < old.count, let (source, target) = Self.group(of: axis, old, new) else { return nil }
    if source.count == 1, target.count == 1 {
      return AxisMap(axis: target.lowerBound, scale: scale, shift: shift)
    }
    var sourceExtents: [Int] = []
    var targetExtents: [Int] = []
    for index in source {
      guard let extent = old[index].value else { return nil }
      sourceExtents.append(extent)
    }
    for index in target {
      guard let extent = new[index].value else { return nil }
      targetExtents.append(extent)
    }
    let total: Int = sourceExtents.reduce(1, *)
    guard total > 0, total <= 1 << 24, targetExtents.reduce(1, *) == total,
      sourceExtents[axis - source.lowerBound] == count
    else { return nil }
    let inner: Int = sourceExtents[(axis - source.lowerBound + 1)...].reduce(1, *)
    /// For each element of the group, the index along the old axis.
    let indices: [Int] = (0..<total).map { $0 / inner % count }
    for position in targetExtents.indices {
      let step: Int = targetExtents[(position + 1)...].reduce(1, *)
      let extent: Int = targetExtents[position]
      let picked: [Int] = (0..<extent).map { indices[$0 * step] }
      let fits: Bool = indices.indices.allSatisfy { same(indices[$0], picked[$0 / step % extent]) }
      if fits {
        return AxisMap(
          axis: target.lowerBound + position, scale: picked.map { scale[$0] }, shift: picked.map { shift[$0] }
        )
      }
    }
    return nil
  }

  private func same(_ a: Int, _ b: Int) -> Bool { scale[a] == scale[b] && shift[a] == shift[b] }

  /// The smallest runs of old and new axes with equal products that hold the old axis.
  private static func group(of axis: Int, _ old: [Dimension], _ new: [Dimension]) -> (Range<Int>, Range<Int>)?
  {
    var (i, j): (Int, Int) = (0, 0)
    while i < old.count, j < new.count {
      let (firstOld, firstNew): (Int, Int) = (i, j)
      var (left, right): (Dimension, Dimension) = (old[i], new[j])
      i += 1
      j += 1
      while left != right {
        if let a = left.value, let b = right.value {
          if a < b, i < old.count {
            left = left * old[i]
            i += 1
          } else if b < a, j < new.count {
            right = right * new[j]
            j += 1
          } else {
            return nil
          }
        } else if right.dividedExactly(by: left) != nil, i < old.count {
          left = left * old[i]
          i += 1
        } else if left.dividedExactly(by: right) != nil, j < new.count {
          right = right * new[j]
          j += 1
        } else {
          return nil
        }
      }
      // Axes of one element at the end belong to the last run.
      if old[i...].allSatisfy({ $0.value == 1 }) && new[j...].allSatisfy({ $0.value == 1 }) {
        (i, j) = (old.count, new.count)
      }
      if axis < i { return (firstOld..<i, firstNew..<j) }
    }
    return nil
  }
}

/// An operator that gives its input's elements, in order, another shape.
package protocol ShapeChange: MapCrossing {}

extension ShapeChange {
  package func forward(_ map: AxisMap, from index: Int, _ node: AffineNode)
    -> (map: AxisMap, rewrite: AffineRewrite?)?
  {
    guard index == 0, let old = node.dimensions(0), let new = node.outputs.first??.dimensions else {
      return nil
    }
    return map.reshaped(from: old, to: new).map { ($0, nil) }
  }

  package func backward(_ map: AxisMap, _ node: AffineNode) -> [[Int: AxisMap]] {
    guard let old = node.dimensions(0), let new = node.outputs.first??.dimensions,
      let result = map.reshaped(from: new, to: old)
    else { return [] }
    return [[0: result]]
  }
}
