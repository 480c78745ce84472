package import Graphs
internal import Tensors

/// A convolution with constant weights takes a map of its output channels into weights and bias, and a map
/// of its input channels into the weights and, where no zero padding is seen in its place, the bias.
extension ConvOp: OutputMapAbsorber, InputMapAbsorber {
  package func absorbing(outputMap map: AxisMap, _ node: AffineNode) -> AffineRewrite? {
    guard let weight = node.constant(1), weight.shape.rank >= 3,
      let (scale, shift) = map.along(1, count: weight.shape[0]),
      let scaled = weight.scaled(along: 0, by: scale),
      let bias = channelBias(node, count: weight.shape[0], like: weight)?
        .mapped(by: AxisMap(axis: 0, scale: scale, shift: shift), rank: 1)
    else { return nil }
    return AffineRewrite(op: self, constants: [1: scaled, 2: bias])
  }

  package func absorbing(inputMap map: AxisMap, at index: Int, _ node: AffineNode) -> AffineRewrite? {
    guard index == 0, let weight = node.constant(1), weight.shape.rank >= 3 else { return nil }
    let shape: Shape = weight.shape
    let groups: Int = geometry.groups
    let channels: Int = shape[1]
    guard shape[0] % groups == 0, let (scale, shift) = map.along(1, count: channels * groups),
      let scaled = weight.scaledByGroup(groups, scale)
    else { return nil }
    guard map.hasShift else { return AffineRewrite(op: self, constants: [1: scaled]) }
    guard geometry.window.padsNothing, let values = weight.doubles else { return nil }
    let taps: Int = shape.extents[2...].reduce(1, *)
    var added = [Double](repeating: 0, count: shape[0])
    for feature in 0..<shape[0] {
      let first: Int = feature / (shape[0] / groups) * channels
      for c in 0..<channels {
        var sum: Double = 0
        let start: Int = (feature * channels + c) * taps
        for tap in start..<start + taps { sum += values[tap] }
        added[feature] += sum * shift[first + c]
      }
    }
    guard
      let bias = channelBias(node, count: shape[0], like: weight)?
        .mapped(by: AxisMap(axis: 0, scale: added.map { _ in 1 }, shift: added), rank: 1)
    else { return nil }
    return AffineRewrite(op: self, constants: [1: scaled, 2: bias])
  }
}

/// The bias of a convolution, or zeros where it is left out; nil where it is no constant.
func channelBias(_ node: AffineNode, count: Int, like weight: FoldableConstant) -> FoldableConstant? {
  if node.hasInput(2) { return node.constant(2) }
  return FoldableConstant(
    exact: [Double](repeating: 0, count: count), elementType: weight.elementType, shape: [count])
}

extension FoldableConstant {
  /// Weights [groups x a, b, ...] scaled by numbers for each (group, index along axis 1).
  func scaledByGroup(_ groups: Int, _ scale: [Double]) -> FoldableConstant? {
    guard scale.contains(where: { $0 != 1 }) else { return self }
    let inner: Int = shape.extents[2...].reduce(1, *)
    return scaled(
      by: Factors(
        view: [groups, shape[0] / groups, shape[1], inner], shape: [groups, 1, shape[1], 1], values: scale))
  }
}

extension Window {
  /// Whether every window lies in the input.
  var padsNothing: Bool {
    autoPad == .valid || autoPad == .none && (pads ?? []).allSatisfy { $0 == 0 }
  }
}
