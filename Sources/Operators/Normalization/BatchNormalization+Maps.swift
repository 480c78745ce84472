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
