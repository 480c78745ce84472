package import Graphs
internal import Tensors

/// The gain and offset at the end of a normalization of the last axis; it takes further scales and shifts.
extension LayerNormalizationOp: AffineTailOperator {
  package func affineTail(_ node: AffineNode) -> AxisMap? {
    form.tail(node, gain: 1, offset: 2)
  }

  package func replacingTail(_ map: AxisMap, _ node: AffineNode) -> AffineRewrite? {
    form.replacingTail(map, node, gain: 1, offset: 2).map { AffineRewrite(op: self, constants: $0) }
  }
}

/// The gain at the end of a root-mean-square normalization of the last axis; it takes further scales.
extension RMSNormalizationOp: AffineTailOperator {
  package func affineTail(_ node: AffineNode) -> AxisMap? {
    form.tail(node, gain: 1, offset: nil)
  }

  package func replacingTail(_ map: AxisMap, _ node: AffineNode) -> AffineRewrite? {
    form.replacingTail(map, node, gain: 1, offset: nil).map { AffineRewrite(op: self, constants: $0) }
  }
}

/// The gain and offset at the end of a root-mean-square normalization with an offset.
extension OffsetRMSNormalizationOp: AffineTailOperator {
  package func affineTail(_ node: AffineNode) -> AxisMap? {
    form.tail(node, gain: 1, offset: 2)
  }

  package func replacingTail(_ map: AxisMap, _ node: AffineNode) -> AffineRewrite? {
    form.replacingTail(map, node, gain: 1, offset: 2).map { AffineRewrite(op: self, constants: $0) }
  }
}

/// The gain and offset at the end of a normalization of a sum.
extension ResidualLayerNormalizationOp: AffineTailOperator {
  package func affineTail(_ node: AffineNode) -> AxisMap? {
    form.tail(node, gain: 2, offset: 3)
  }

  package func replacingTail(_ map: AxisMap, _ node: AffineNode) -> AffineRewrite? {
    form.replacingTail(map, node, gain: 2, offset: 3).map { AffineRewrite(op: self, constants: $0) }
  }
}

extension ResidualRMSNormalizationOp: AffineTailOperator {
  package func affineTail(_ node: AffineNode) -> AxisMap? {
    form.tail(node, gain: 2, offset: 3)
  }

  package func replacingTail(_ map: AxisMap, _ node: AffineNode) -> AffineRewrite? {
    form.replacingTail(map, node, gain: 2, offset: 3).map { AffineRewrite(op: self, constants: $0) }
  }
}

extension LayerNormalizationOp {
  init(form: RowNormalizationForm) { self.form = form }
}

extension RMSNormalizationOp {
  init(form: RowNormalizationForm) { self.form = form }
}

extension RowNormalizationForm {
  /// The same without subtracting the mean.
  var asRootMeanSquare: RowNormalizationForm {
    RowNormalizationForm(axis: axis, epsilon: epsilon, stashType: stashType, isRootMeanSquare: true)
  }

  /// Gain and offset in these inputs, where they are constants and only the last axis is normalized.
  func tail(_ node: AffineNode, gain: Int, offset: Int?) -> AxisMap? {
    guard let dimensions = node.outputs.first??.dimensions, let columns = dimensions.last?.value, columns > 0,
      axis == -1 || axis == dimensions.count - 1, let factors = node.constant(gain)?.row(columns)
    else { return nil }
    var terms = [Double](repeating: 0, count: columns)
    if let offset, node.hasInput(offset) {
      guard let values = node.constant(offset)?.row(columns) else { return nil }
      terms = values
    }
    return AxisMap(axis: dimensions.count - 1, scale: factors, shift: terms)
  }

  /// The inputs that make `map` the tail; nil where there is no place for its shift.
  func replacingTail(_ map: AxisMap, _ node: AffineNode, gain: Int, offset: Int?) -> [Int: FoldableConstant]?
  {
    guard let axis = map.axis, axis + 1 == node.outputRank, let old = node.constant(gain),
      let factors = old.replaced(by: map.scale, shape: [map.count])
    else { return nil }
    guard let offset else { return map.hasShift ? nil : [gain: factors] }
    guard node.hasInput(offset) || map.hasShift else { return [gain: factors] }
    guard let terms = (node.constant(offset) ?? old).replaced(by: map.shift, shape: [map.count]) else {
      return nil
    }
    return [gain: factors, offset: terms]
  }
}

extension FoldableConstant {
  /// The elements of a constant that broadcasts to a row of `columns`.
  fileprivate func row(_ columns: Int) -> [Double]? {
    guard shape.rank >= 1 || shape.count == 1, let values = doubles else { return nil }
    if values.count == 1 { return Array(repeating: values[0], count: columns) }
    return values.count == columns && shape.extents.last == columns ? values : nil
  }
}
