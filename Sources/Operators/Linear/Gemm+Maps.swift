package import Graphs
internal import Tensors

/// `alpha A' B' + beta C` with a constant B takes maps along its columns into B and C, and maps along the
/// columns of A' into the rows of B' and, as `alpha t B'`, into C. Afterwards beta is 1.
extension GemmOp: OutputMapAbsorber, InputMapAbsorber {
  package func absorbing(outputMap map: AxisMap, _ node: AffineNode) -> AffineRewrite? {
    guard let weight = node.constant(1), weight.shape.rank == 2 else { return nil }
    let columns: Int = weight.shape[transposesB ? 0 : 1]
    guard let (scale, shift) = map.along(1, count: columns),
      let scaled = weight.scaled(along: transposesB ? 0 : 1, by: scale),
      let bias = bias(node, columns: columns, like: weight)?
        .mapped(by: AxisMap(axis: 1, scale: scale.map { $0 * Double(beta) }, shift: shift), rank: 2)
    else { return nil }
    return AffineRewrite(op: GemmOp(self, beta: 1), constants: [1: scaled, 2: bias])
  }

  package func absorbing(inputMap map: AxisMap, at index: Int, _ node: AffineNode) -> AffineRewrite? {
    guard index == 0, let weight = node.constant(1), weight.shape.rank == 2 else { return nil }
    let rowAxis: Int = transposesB ? 1 : 0
    let columns: Int = weight.shape[1 - rowAxis]
    guard let (scale, shift) = map.along(transposesA ? 0 : 1, count: weight.shape[rowAxis]),
      let scaled = weight.scaled(along: rowAxis, by: scale)
    else { return nil }
    guard map.hasShift else { return AffineRewrite(op: self, constants: [1: scaled]) }
    guard let sums = weight.weightedSums(over: rowAxis, shift),
      let bias = bias(node, columns: columns, like: weight)?
        .mapped(
          by: AxisMap(
            axis: 1, scale: sums.map { _ in Double(beta) }, shift: sums.map { Double(alpha) * $0 }),
          rank: 2)
    else { return nil }
    return AffineRewrite(op: GemmOp(self, beta: 1), constants: [1: scaled, 2: bias])
  }

  /// C, or a row of zeros where it is left out; nil where C is no constant.
  private func bias(_ node: AffineNode, columns: Int, like weight: FoldableConstant) -> FoldableConstant? {
    if node.hasInput(2) { return node.constant(2) }
    return FoldableConstant(
      exact: [Double](repeating: 0, count: columns), elementType: weight.elementType, shape: [columns])
  }

  package init(alpha: Float, beta: Float, transposesA: Bool, transposesB: Bool) {
    self.alpha = alpha
    self.beta = beta
    self.transposesA = transposesA
    self.transposesB = transposesB
  }

  /// The same product with another beta.
  private init(_ op: GemmOp, beta: Float) {
    self.init(alpha: op.alpha, beta: beta, transposesA: op.transposesA, transposesB: op.transposesB)
  }
}
