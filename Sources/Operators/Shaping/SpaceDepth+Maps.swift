package import Graphs
internal import Tensors

/// Each channel of the image becomes block * block channels, with its map.
extension SpaceToDepthOp: AxisMovement {
  package func movement(of axis: Int, _ node: AffineNode) -> MovedAxis? {
    if axis == 0 { return MovedAxis(axis: 0) }
    guard axis == 1, let channels = node.dimensions(0)?[1].value else { return nil }
    return MovedAxis(axis: 1, sources: imageChannels(channels, block: block, order: order))
  }
}

/// block * block channels become one of the image, where they have the same map.
extension DepthToSpaceOp: MapCrossing {
  package func forward(_ map: AxisMap, from index: Int, _ node: AffineNode)
    -> (map: AxisMap, rewrite: AffineRewrite?)?
  {
    guard let axis = map.axis, axis != 0 else { return (map, nil) }
    guard axis == 1 else { return map.uniform.map { ($0, nil) } }
    let channels: Int = map.count / (block * block)
    let sources: [Int] = imageChannels(channels, block: block, order: order)
    return map.undoing(sources, extent: channels, axis: 1).map { ($0, nil) }
  }

  package func backward(_ map: AxisMap, _ node: AffineNode) -> [[Int: AxisMap]] {
    guard let axis = map.axis, axis != 0 else { return [[0: map]] }
    guard axis == 1 else { return map.uniform.map { [[0: $0]] } ?? [] }
    return [[0: map.picking(imageChannels(map.count, block: block, order: order), along: 1)]]
  }
}

/// For each channel of the depth side, the one of `channels` on the space side that it is a part of.
private func imageChannels(_ channels: Int, block: Int, order: BlockOrder) -> [Int] {
  let area: Int = block * block
  return (0..<channels * area).map { order == .depthColumnRow ? $0 % channels : $0 / area }
}
