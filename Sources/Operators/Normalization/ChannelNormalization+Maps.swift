package import Graphs
internal import Tensors

/// A normalization of an input [batch, channels, ...] with a gain (input 1) and an offset (input 2) for each
/// channel at its end; it takes further scales and shifts.
package protocol ChannelTailOperator: AffineTailOperator {}

extension ChannelTailOperator {
  package func affineTail(_ node: AffineNode) -> AxisMap? {
    guard let gain = node.constant(1)?.doubles, let offset = node.constant(2)?.doubles,
      let rank = node.rank(0), rank >= 2, gain.count == offset.count,
      node.dimensions(0)?[1].value == gain.count
    else { return nil }
    return AxisMap(axis: 1, scale: gain, shift: offset)
  }

  package func replacingTail(_ map: AxisMap, _ node: AffineNode) -> AffineRewrite? {
    guard map.axis == 1, let gain = node.constant(1)?.replaced(by: map.scale),
      let offset = node.constant(2)?.replaced(by: map.shift)
    else { return nil }
    return AffineRewrite(op: self, constants: [1: gain, 2: offset])
  }
}

extension InstanceNormalizationOp: ChannelTailOperator {}
extension GroupNormalizationOp: ChannelTailOperator {}
