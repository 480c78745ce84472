package import Graphs
internal import Tensors

// Operators that are linear and the same along an axis.
extension AddOp: AxisLinear {}
extension SubOp: AxisLinear {}
extension ReshapeOp: AxisLinear {}
extension FlattenOp: AxisLinear {}
extension SqueezeOp: AxisLinear {}
extension UnsqueezeOp: AxisLinear {}
extension IdentityOp: AxisLinear {}
extension TransposeOp: AxisLinear {}
extension ConcatOp: AxisLinear {}
extension SliceOp: AxisLinear {}
extension GatherOp: AxisLinear {}
extension ExpandOp: AxisLinear {}
extension TileOp: AxisLinear {}
extension NegOp: AxisLinear {}
extension GlobalAveragePoolOp: AxisLinear {}

/// Where the other factor is the same along the axis.
extension MulOp: AxisLinear {
  package var sumsConstants: Bool { false }

  package func inputAxes(forOutput axis: Int, extent: Int, _ node: AffineNode) -> [Int: Int]? {
    node.onlyInput(along: axis, extent: extent)
  }
}

/// Where the divisor is the same along the axis.
extension DivOp: AxisLinear {
  package var sumsConstants: Bool { false }

  package func inputAxes(forOutput axis: Int, extent: Int, _ node: AffineNode) -> [Int: Int]? {
    guard let axes = node.onlyInput(along: axis, extent: extent), axes[0] != nil else { return nil }
    return axes
  }
}

extension AffineNode {
  /// The one of two operands that has an extent along `axis` of the output they broadcast to, with its axis;
  /// nil where both have, or it is a constant.
  fileprivate func onlyInput(along axis: Int, extent: Int) -> [Int: Int]? {
    guard let rank = outputRank else { return nil }
    var found: [Int: Int] = [:]
    for index in 0..<2 {
      guard let own = dimensions(index) else { return nil }
      let place: Int = axis - (rank - own.count)
      if place < 0 || own[place].value == 1 { continue }
      guard own[place].value == extent, constant(index) == nil else { return nil }
      found[index] = place
    }
    return found.count == 1 ? found : nil
  }
}

/// Centered columns of B and of C.
extension GemmOp: CenteringWriter {
  package func centered(along axis: Int, _ node: AffineNode) -> AffineRewrite? {
    guard axis == 1, let weight = node.constant(1),
      let matrix = weight.centered(along: transposesB ? 0 : 1)
    else { return nil }
    guard node.hasInput(2) else { return AffineRewrite(op: self, constants: [1: matrix]) }
    guard let bias = node.constant(2)?.centered(axisOfOutput: 1, rank: 2) else { return nil }
    return AffineRewrite(op: self, constants: [1: matrix, 2: bias])
  }
}

/// Centered columns of a constant matrix.
extension MatMulOp: CenteringWriter {
  package func centered(along axis: Int, _ node: AffineNode) -> AffineRewrite? {
    guard let rank = node.rank(0), rank >= 2, axis == rank - 1, let weight = node.constant(1),
      weight.shape.rank == 2, let matrix = weight.centered(along: 1)
    else { return nil }
    return AffineRewrite(op: self, constants: [1: matrix])
  }
}

/// Centered output channels, where they are in one group or not.
extension ConvOp: CenteringWriter {
  package func centered(along axis: Int, _ node: AffineNode) -> AffineRewrite? {
    guard axis == 1, geometry.groups == 1, let weight = node.constant(1)?.centered(along: 0) else {
      return nil
    }
    guard node.hasInput(2) else { return AffineRewrite(op: self, constants: [1: weight]) }
    guard let bias = node.constant(2)?.centered(along: 0) else { return nil }
    return AffineRewrite(op: self, constants: [1: weight, 2: bias])
  }
}

/// A centered table: the axes of what is picked come after those of the indices.
extension GatherOp: CenteringWriter {
  package func centered(along axis: Int, _ node: AffineNode) -> AffineRewrite? {
    guard let table = node.constant(0), let indexRank = node.rank(1),
      self.axis == 0 || self.axis == -table.shape.rank,
      axis >= indexRank, let centered = table.centered(along: axis - indexRank + 1)
    else { return nil }
    return AffineRewrite(op: self, constants: [0: centered])
  }
}

extension FoldableConstant {
  /// The constant centered along an axis of the value of rank `rank` to which it broadcasts: zero where it is
  /// the same along that axis.
  package func centered(axisOfOutput axis: Int, rank: Int) -> FoldableConstant? {
    let own: Int = axis - (rank - shape.rank)
    if own >= 0, shape[own] != 1 { return centered(along: own) }
    return replaced(by: [Double](repeating: 0, count: shape.count))
  }
}

extension LayerNormalizationOp: MeanNormalization {
  package func normalizedAxis(_ node: AffineNode) -> Int? {
    guard let rank = node.rank(0), form.axis == -1 || form.axis == rank - 1,
      node.outputs.dropFirst().allSatisfy({ $0 == nil })
    else { return nil }
    return rank - 1
  }

  package var withoutMean: any Operator { RMSNormalizationOp(form: form.asRootMeanSquare) }
}
