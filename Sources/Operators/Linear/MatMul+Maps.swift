package import Graphs
internal import Tensors

/// A product with constant matrices, on either side, takes a scale along the axis of the output that is
/// theirs, and a scale along the axis that it sums over. A shift of the latter crosses as the shift t B of
/// the product. A product of rank 2 takes shifts too, and becomes a `Gemm`; others are followed by a sum.
/// Scales cross a product of two values.
extension MatMulOp: OutputMapAbsorber, InputMapAbsorber, MapCrossing, AddendAbsorber {
  package func absorbing(outputMap map: AxisMap, _ node: AffineNode) -> AffineRewrite? {
    guard let product = ConstantProduct(node), let (scaled, shift) = product.mapped(output: map) else {
      return nil
    }
    return map.hasShift ? product.gemm(scaled, bias: shift) : product.rewrite(self, scaled)
  }

  package func absorbing(inputMap map: AxisMap, at index: Int, _ node: AffineNode) -> AffineRewrite? {
    guard let product = ConstantProduct(node), let (scaled, sums) = product.mapped(input: map, at: index)
    else { return nil }
    return map.hasShift ? product.gemm(scaled, bias: sums) : product.rewrite(self, scaled)
  }

  package func absorbingWithAddend(outputMap map: AxisMap, _ node: AffineNode) -> AffineRewrite? {
    guard let product = ConstantProduct(node), let (scaled, shift) = product.mapped(output: map) else {
      return nil
    }
    return product.rewrite(self, scaled, addend: shift, batches: [])
  }

  package func absorbingWithAddend(inputMap map: AxisMap, at index: Int, _ node: AffineNode)
    -> AffineRewrite?
  {
    guard let product = ConstantProduct(node), let (scaled, sums) = product.mapped(input: map, at: index)
    else { return nil }
    return product.rewrite(self, scaled, addend: sums, batches: product.batches)
  }

  package func forward(_ map: AxisMap, from index: Int, _ node: AffineNode)
    -> (map: AxisMap, rewrite: AffineRewrite?)?
  {
    if node.constant(0) == nil, node.constant(1) == nil { return crossed(map, from: index, node) }
    guard let product = ConstantProduct(node), product.batches.isEmpty,
      let (scaled, sums) = product.mapped(input: map, at: index)
    else { return nil }
    let result = AxisMap(axis: product.outputAxis, scale: sums.map { _ in 1 }, shift: sums)
    return (result, product.rewrite(self, scaled))
  }

  /// A scale of a product of two values is one of either, or of the one whose axis it goes along.
  package func backward(_ map: AxisMap, _ node: AffineNode) -> [[Int: AxisMap]] {
    guard !map.hasShift, node.constant(0) == nil, node.constant(1) == nil, let rank = node.outputRank,
      let left = node.rank(0), let right = node.rank(1), left >= 2, right >= 2
    else { return [] }
    switch map.axis {
    case nil: return [[0: map], [1: map]]
    case rank - 2: return [[0: map.moved(to: left - 2)]]
    case rank - 1: return [[1: map.moved(to: right - 1)]]
    default: return []
    }
  }

  private func crossed(_ map: AxisMap, from index: Int, _ node: AffineNode)
    -> (map: AxisMap, rewrite: AffineRewrite?)?
  {
    guard !map.hasShift, let rank = node.outputRank, let own = node.rank(index), own >= 2 else { return nil }
    guard let axis = map.axis else { return (map, nil) }
    let kept: Int = index == 0 ? 2 : 1
    return axis == own - kept ? (map.moved(to: rank - kept), nil) : nil
  }
}

/// A product of a value of rank 2 or more with constant matrices [batches.., rows, columns].
private struct ConstantProduct {
  /// Which input the matrices are.
  let index: Int
  let weight: FoldableConstant
  let inputRank: Int
  let outputRank: Int

  init?(_ node: AffineNode) {
    guard let outputRank = node.outputRank,
      let index = [1, 0].first(where: { node.constant($0) != nil && node.constant(1 - $0) == nil }),
      let inputRank = node.rank(1 - index), inputRank >= 2, let weight = node.constant(index),
      weight.shape.rank >= 2, weight.elementType.isFloatingPoint
    else { return nil }
    self.index = index
    self.weight = weight
    self.inputRank = inputRank
    self.outputRank = outputRank
  }

  var batches: [Int] { Array(weight.shape.extents.dropLast(2)) }
  /// The matrices' axes that the output has, and that is summed over.
  private var keptAxis: Int { weight.shape.rank - (index == 1 ? 1 : 2) }
  private var summedAxis: Int { weight.shape.rank - (index == 1 ? 2 : 1) }
  /// The axis of the output that is the matrices'.
  var outputAxis: Int { outputRank - (index == 1 ? 1 : 2) }
  /// The axis of the other input that is summed over.
  private var inputAxis: Int { inputRank - (index == 1 ? 1 : 2) }

  func mapped(output map: AxisMap) -> (FoldableConstant, shift: [Double])? {
    guard let (scale, shift) = map.along(outputAxis, count: weight.shape[keptAxis]),
      let scaled = weight.scaled(along: keptAxis, by: scale)
    else { return nil }
    return (scaled, shift)
  }

  func mapped(input map: AxisMap, at input: Int) -> (FoldableConstant, sums: [Double])? {
    guard input == 1 - index, let (scale, shift) = map.along(inputAxis, count: weight.shape[summedAxis]),
      let scaled = weight.scaled(along: summedAxis, by: scale)
    else { return nil }
    guard map.hasShift else { return (scaled, Array(repeating: 0, count: weight.shape[keptAxis])) }
    return weight.weightedSums(over: summedAxis, shift).map { (scaled, $0) }
  }

  func rewrite(_ op: MatMulOp, _ scaled: FoldableConstant) -> AffineRewrite {
    AffineRewrite(op: op, constants: [index: scaled])
  }

  func rewrite(_ op: MatMulOp, _ scaled: FoldableConstant, addend: [Double], batches: [Int]) -> AffineRewrite?
  {
    let kept: Int = weight.shape[keptAxis]
    var extents: [Int] = batches + (index == 1 ? [1, kept] : [kept, 1])
    if index == 1, batches.isEmpty { extents = [kept] }
    let zero = FoldableConstant(exact: [0], elementType: weight.elementType, shape: [])
    guard let term = zero.replaced(by: addend, shape: Shape(extents)) else { return nil }
    return AffineRewrite(op: op, constants: [index: scaled], addend: term)
  }

  /// The same product of rank 2 with a bias; nil for other ranks.
  func gemm(_ scaled: FoldableConstant, bias: [Double]) -> AffineRewrite? {
    guard inputRank == 2, weight.shape.rank == 2 else { return nil }
    let zero = FoldableConstant(exact: [0], elementType: weight.elementType, shape: [])
    guard let term = zero.replaced(by: bias, shape: index == 1 ? [bias.count] : [bias.count, 1]) else {
      return nil
    }
    return AffineRewrite(
      op: GemmOp(alpha: 1, beta: 1, transposesA: false, transposesB: false),
      constants: [index: scaled, 2: term])
  }
}
