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
    guard geometry.window.padsNothing, let sums = weight.tapSums(groups: groups, shift) else { return nil }
    let taps: Int = shape.extents[2...].reduce(1, *)
    let added: [Double] = (0..<shape[0]).map { sums[($0 * taps)..<(($0 + 1) * taps)].reduce(0, +) }
    return rewrite(scaled, addingToBias: added, node)
  }

  private func rewrite(_ weight: FoldableConstant, addingToBias added: [Double], _ node: AffineNode)
    -> AffineRewrite?
  {
    guard
      let bias = channelBias(node, count: added.count, like: weight)?
        .mapped(by: AxisMap(axis: 0, scale: added.map { _ in 1 }, shift: added), rank: 1)
    else { return nil }
    return AffineRewrite(op: self, constants: [1: weight, 2: bias])
  }
}

/// Zeros that pad an image do not have its shift: what that makes of the border is added to the output, where
/// the image's extents are known.
extension ConvOp: AddendAbsorber {
  package func absorbingWithAddend(inputMap map: AxisMap, at index: Int, _ node: AffineNode)
    -> AffineRewrite?
  {
    guard index == 0, map.hasShift, let weight = node.constant(1), weight.shape.rank >= 3 else { return nil }
    let groups: Int = geometry.groups
    let shape: Shape = weight.shape
    guard shape[0] % groups == 0, let (scale, shift) = map.along(1, count: shape[1] * groups),
      let scaled = weight.scaledByGroup(groups, scale), let sums = weight.tapSums(groups: groups, shift)
    else { return nil }
    let kernel: [Int] = Array(shape.extents[2...])
    var bias = BorderBias(sums: sums, features: shape[0], kernel: kernel)
    guard let (input, output) = imageExtents(node, features: shape[0]) else { return nil }
    for axis in kernel.indices {
      let begin: Int = geometry.window.padding(axis, input: input[axis], kernel: kernel[axis]).begin
      let (stride, dilation) = (geometry.window.stride(axis), geometry.window.dilation(axis))
      let taps: [[Int]] = (0..<output[axis]).map { position in
        (0..<kernel[axis]).filter {
          let place: Int = position * stride - begin + $0 * dilation
          return place >= 0 && place < input[axis]
        }
      }
      bias.gather(axis: axis, taps: taps)
    }
    if let added = bias.uniform { return rewrite(scaled, addingToBias: added, node) }
    guard let addend = bias.constant(weight.elementType) else { return nil }
    return AffineRewrite(op: self, constants: [1: scaled], addend: addend)
  }
}

/// The spatial extents of input 0 and output 0; nil where they are not known, or the output is too large for
/// a constant of its shape.
func imageExtents(_ node: AffineNode, features: Int) -> (input: [Int], output: [Int])? {
  guard let dimensions = node.dimensions(0), let result = node.outputs.first??.dimensions else { return nil }
  let input: [Int] = dimensions.dropFirst(2).compactMap(\.value)
  let output: [Int] = result.dropFirst(2).compactMap(\.value)
  guard input.count == dimensions.count - 2, output.count == input.count,
    output.reduce(features, *) <= BorderBias.largestCount
  else { return nil }
  return (input, output)
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
