package import Graphs
internal import Tensors

/// A transposed convolution with constant weights [channels, features / group, ...] takes a map of its
/// output channels into weights and bias, and a scale of its input channels into the weights. A shift of
/// its input spreads unevenly over the output, where windows overlap: what comes of it is added.
extension ConvTransposeOp: OutputMapAbsorber {
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
}

extension ConvTransposeOp: InputMapAbsorber {
  package func absorbing(inputMap map: AxisMap, at index: Int, _ node: AffineNode) -> AffineRewrite? {
    guard index == 0, !map.hasShift, let weight = node.constant(1), weight.shape.rank >= 3,
      let (scale, _) = map.along(1, count: weight.shape[0]), let scaled = weight.scaled(along: 0, by: scale)
    else { return nil }
    return AffineRewrite(op: self, constants: [1: scaled])
  }
}

extension ConvTransposeOp: AddendAbsorber {
  package func absorbingWithAddend(inputMap map: AxisMap, at index: Int, _ node: AffineNode)
    -> AffineRewrite?
  {
    guard index == 0, map.hasShift, let weight = node.constant(1), weight.shape.rank >= 3,
      weight.shape[0] % groups == 0, let (scale, shift) = map.along(1, count: weight.shape[0]),
      let scaled = weight.scaled(along: 0, by: scale),
      let sums = weight.transposedTapSums(groups: groups, shift)
    else { return nil }
    let kernel: [Int] = Array(weight.shape.extents[2...])
    let features: Int = weight.shape[1] * groups
    var bias = BorderBias(sums: sums, features: features, kernel: kernel)
    guard let (input, output) = imageExtents(node, features: features) else { return nil }
    for axis in kernel.indices {
      let begin: Int = padding(axis, input: input[axis], output: output[axis], kernel: kernel[axis])
      let (stride, dilation) = (window.stride(axis), window.dilation(axis))
      let taps: [[Int]] = (0..<output[axis]).map { position in
        (0..<kernel[axis]).filter {
          let place: Int = position + begin - $0 * dilation
          return place >= 0 && place % stride == 0 && place / stride < input[axis]
        }
      }
      bias.gather(axis: axis, taps: taps)
    }
    if let added = bias.uniform {
      guard
        let changed = channelBias(node, count: features, like: weight)?
          .mapped(by: AxisMap(axis: 0, scale: added.map { _ in 1 }, shift: added), rank: 1)
      else { return nil }
      return AffineRewrite(op: self, constants: [1: scaled, 2: changed])
    }
    guard let addend = bias.constant(weight.elementType) else { return nil }
    return AffineRewrite(op: self, constants: [1: scaled], addend: addend)
  }
}
