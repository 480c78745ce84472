package import Graphs
internal import Tensors

/// A product with a constant matrix takes a scale of its columns, and a scale of the columns of A into the
/// rows of the matrix. A shift of A's columns crosses as the shift t B of the product. Products of rank 2
/// take shifts too, and become a `Gemm`.
extension MatMulOp: OutputMapAbsorber, InputMapAbsorber, MapCrossing {
  package func absorbing(outputMap map: AxisMap, _ node: AffineNode) -> AffineRewrite? {
    guard let (rank, weight) = product(node),
      let (scale, shift) = map.along(rank - 1, count: weight.shape[1]),
      let scaled = weight.scaled(along: 1, by: scale)
    else { return nil }
    guard map.hasShift else { return AffineRewrite(op: self, constants: [1: scaled]) }
    return rank == 2 ? gemm(scaled, bias: shift) : nil
  }

  package func absorbing(inputMap map: AxisMap, at index: Int, _ node: AffineNode) -> AffineRewrite? {
    guard index == 0, let (rank, weight) = product(node),
      let (scale, shift) = map.along(rank - 1, count: weight.shape[0]),
      let scaled = weight.scaled(along: 0, by: scale)
    else { return nil }
    guard map.hasShift else { return AffineRewrite(op: self, constants: [1: scaled]) }
    guard rank == 2, let sums = weight.weightedSums(over: 0, shift) else { return nil }
    return gemm(scaled, bias: sums)
  }

  package func forward(_ map: AxisMap, from index: Int, _ node: AffineNode)
    -> (map: AxisMap, rewrite: AffineRewrite?)?
  {
    guard index == 0, let (rank, weight) = product(node),
      let (scale, shift) = map.along(rank - 1, count: weight.shape[0]),
      let scaled = weight.scaled(along: 0, by: scale), let sums = weight.weightedSums(over: 0, shift)
    else { return nil }
    let result = AxisMap(axis: rank - 1, scale: sums.map { _ in 1 }, shift: sums)
    return (result, AffineRewrite(op: self, constants: [1: scaled]))
  }

  package func backward(_ map: AxisMap, _ node: AffineNode) -> [[Int: AxisMap]] { [] }

  /// The output's rank and the matrix, for a constant matrix of rank 2 and an A of at least rank 2.
  private func product(_ node: AffineNode) -> (rank: Int, weight: FoldableConstant)? {
    guard let rank = node.rank(0), rank >= 2, let weight = node.constant(1), weight.shape.rank == 2,
      weight.elementType.isFloatingPoint
    else { return nil }
    return (rank, weight)
  }

  private func gemm(_ weight: FoldableConstant, bias: [Double]) -> AffineRewrite {
    AffineRewrite(
      op: GemmOp(alpha: 1, beta: 1, transposesA: false, transposesB: false),
      constants: [
        1: weight,
        2: FoldableConstant(exact: bias, elementType: weight.elementType, shape: [bias.count]),
      ])
  }
}
