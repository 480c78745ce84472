package import Graphs
internal import Tensors

/// A maximum over spatial axes: scales that are not negative cross it, with any shift, as what pads is below
/// everything. Not where the positions of the maxima are asked for.
package protocol SpatialMaximum: MapCrossing {}

extension SpatialMaximum {
  package func forward(_ map: AxisMap, from index: Int, _ node: AffineNode)
    -> (map: AxisMap, rewrite: AffineRewrite?)?
  {
    crosses(map, node) ? (map, nil) : nil
  }

  package func backward(_ map: AxisMap, _ node: AffineNode) -> [[Int: AxisMap]] {
    crosses(map, node) ? [[0: map]] : []
  }

  private func crosses(_ map: AxisMap, _ node: AffineNode) -> Bool {
    map.isNonnegative && map.axis ?? 0 < 2 && node.outputs.dropFirst().allSatisfy { $0 == nil }
  }
}

extension MaxPoolOp: SpatialMaximum {}
extension GlobalMaxPoolOp: SpatialMaximum {}

/// A mean over spatial axes: scales cross it, and where the weights of every window sum up to 1, shifts.
package protocol SpatialMean: MapCrossing {
  /// Whether no window counts elements outside the image.
  var keepsShifts: Bool { get }
}

extension SpatialMean {
  package func forward(_ map: AxisMap, from index: Int, _ node: AffineNode)
    -> (map: AxisMap, rewrite: AffineRewrite?)?
  {
    crosses(map) ? (map, nil) : nil
  }

  package func backward(_ map: AxisMap, _ node: AffineNode) -> [[Int: AxisMap]] {
    crosses(map) ? [[0: map]] : []
  }

  private func crosses(_ map: AxisMap) -> Bool { map.axis ?? 0 < 2 && (keepsShifts || !map.hasShift) }
}

extension AveragePoolOp: SpatialMean {
  package var keepsShifts: Bool {
    !geometry.countsPadding || geometry.window.padsNothing && !geometry.window.roundsUp
  }
}

extension GlobalAveragePoolOp: SpatialMean {
  package var keepsShifts: Bool { true }
}
