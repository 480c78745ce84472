package import Graphs
internal import Tensors

/// The gain and offset at the end of a normalization of the last axis.
extension LayerNormalizationOp: AffineTailOperator {
  package func affineTail(_ node: AffineNode) -> AxisMap? {
    form.tail(node, hasOffset: true)
  }

  package func replacingTail(_ map: AxisMap, _ node: AffineNode) -> AffineRewrite? {
    guard let gain = node.constant(1), map.axis.map({ $0 + 1 == node.rank(0) }) ?? false else { return nil }
    var constants: [Int: FoldableConstant] = [:]
    constants[1] = gain.replaced(by: map.scale, shape: [map.count])
    if node.hasInput(2) || map.hasShift {
      constants[2] = (node.constant(2) ?? gain).replaced(by: map.shift, shape: [map.count])
      guard constants[2] != nil else { return nil }
    }
    guard constants[1] != nil else { return nil }
    return AffineRewrite(op: self, constants: constants)
  }
}

/// The gain at the end of a root-mean-square normalization of the last axis.
extension RMSNormalizationOp: AffineTailOperator {
  package func affineTail(_ node: AffineNode) -> AxisMap? {
    form.tail(node, hasOffset: false)
  }

  package func replacingTail(_ map: AxisMap, _ node: AffineNode) -> AffineRewrite? {
    guard !map.hasShift, let gain = node.constant(1)?.replaced(by: map.scale, shape: [map.count]) else {
      return nil
    }
    return AffineRewrite(op: self, constants: [1: gain])
  }
}

extension RMSNormalizationOp {
  init(form: RowNormalizationForm) { self.form = form }
}

extension RowNormalizationForm {
  /// The same without subtracting the mean.
  var asRootMeanSquare: RowNormalizationForm {
    RowNormalizationForm(axis: axis, epsilon: epsilon, stashType: stashType, isRootMeanSquare: true)
  }

  /// Gain and offset, where they are constants and only the last axis is normalized.
  func tail(_ node: AffineNode, hasOffset: Bool) -> AxisMap? {
    guard let dimensions = node.dimensions(0), let columns = dimensions.last?.value, columns > 0,
      axis == -1 || axis == dimensions.count - 1, let gain = node.constant(1)?.row(columns)
    else { return nil }
    var offset = [Double](repeating: 0, count: columns)
    if hasOffset, node.hasInput(2) {
      guard let values = node.constant(2)?.row(columns) else { return nil }
      offset = values
    }
    return AxisMap(axis: dimensions.count - 1, scale: gain, shift: offset)
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
