package import Graphs
internal import Tensors

/// A transposed convolution with constant weights [channels, features / group, ...] takes a map of its
/// output channels into weights and bias, and a scale of its input channels into the weights. A shift of
/// its input does not spread evenly over the output, where windows overlap, and is refused.
extension ConvTransposeOp: OutputMapAbsorber, InputMapAbsorber {
  package func absorbing(outputMap map: AxisMap, _ node: AffineNode) -> AffineRewrite? {
    guard let weight = node.constant(1), weight.shape.rank >= 3, weight.shape[0] % groups == 0 else {
      return nil
    }
    let features: Int = weight.shape[1] * groups
    guard let (scale, shift) = map.along(1, count: features),
      let scaled = weight.scaledByGroup(groups, scale),
      let bias = channelBias(node, count: features, like: weight)?
        .mapped(by: AxisMap(axis: 0, scale: scale, shift: shift), rank: 1)
    else { return nil }
    return AffineRewrite(op: self, constants: [1: scaled, 2: bias])
  }

  package func absorbing(inputMap map: AxisMap, at index: Int, _ node: AffineNode) -> AffineRewrite? {
    guard index == 0, !map.hasShift, let weight = node.constant(1), weight.shape.rank >= 3,
      let (scale, _) = map.along(1, count: weight.shape[0]), let scaled = weight.scaled(along: 0, by: scale)
    else { return nil }
    return AffineRewrite(op: self, constants: [1: scaled])
  }
}
