package import Graphs
internal import Tensors

/// With constant statistics: y = s x + t with s = scale / sqrt(variance + epsilon), t = B - s mean.
extension BatchNormalizationOp: AffineMapOperator {
  package func affineMap(_ node: AffineNode) -> (input: Int, map: AxisMap)? {
    guard !isTraining, let rank = node.rank(0), rank >= 2, let scale = node.constant(1)?.doubles,
      let offset = node.constant(2)?.doubles, let mean = node.constant(3)?.doubles,
      let variance = node.constant(4)?.doubles,
      [offset.count, mean.count, variance.count].allSatisfy({ $0 == scale.count })
    else { return nil }
    let factors: [Double] = zip(scale, variance).map { $0 / ($1 + Double(epsilon)).squareRoot() }
    let terms: [Double] = factors.indices.map { offset[$0] - factors[$0] * mean[$0] }
    return (0, AxisMap(axis: 1, scale: factors, shift: terms))
  }
}

/// A map before it or after it along the same axis is composed with it. With the statistics of the batch, and
/// nobody who reads them, each channel loses a shift before it.
extension BatchNormalizationOp: InputMapAbsorber, OutputMapAbsorber {
  package func absorbing(inputMap map: AxisMap, at index: Int, _ node: AffineNode) -> AffineRewrite? {
    if isTraining {
      let isDead: Bool =
        index == 0 && !map.hasScale && (map.axis ?? 1) == 1
        && node.outputs.dropFirst().allSatisfy { $0 == nil }
      return isDead ? AffineRewrite(op: self) : nil
    }
    guard index == 0, let own = affineMap(node)?.map else { return nil }
    return own.after(map).flatMap { replacing($0, node) }
  }

  package func absorbing(outputMap map: AxisMap, _ node: AffineNode) -> AffineRewrite? {
    guard let own = affineMap(node)?.map else { return nil }
    return map.after(own).flatMap { replacing($0, node) }
  }

  private func replacing(_ map: AxisMap, _ node: AffineNode) -> AffineRewrite? {
    let zeros: [Double] = map.scale.map { _ in 0 }
    let lists: [[Double]] = [map.scale, map.shift, zeros, map.scale.map { _ in 1 }]
    var constants: [Int: FoldableConstant] = [:]
    for (index, values) in lists.enumerated() {
      guard let changed = node.constant(index + 1)?.replaced(by: values) else { return nil }
      constants[index + 1] = changed
    }
    return AffineRewrite(op: BatchNormalizationOp(epsilon: 0), constants: constants)
  }

  /// A normalization by given statistics.
  package init(epsilon: Float) {
    self.epsilon = epsilon
    momentum = 0.9
    isTraining = false
  }
}
