package import Graphs
package import Tensors

/// Constant codes with one scale, or one for each index along an axis.
extension DequantizeLinearOp: ConstantDequantizer {
  package func quantizedConstant(_ node: AffineNode) -> QuantizedConstant? {
    guard blockSize == 0, let codes = node.constant(0)?.tensor, let scale = node.constant(1),
      let scales = scale.doubles, scales.allSatisfy({ $0 > 0 && $0.isFinite })
    else { return nil }
    let axis: Int = self.axis < 0 ? self.axis + codes.shape.rank : self.axis
    guard scales.count == 1 || scale.shape.rank == 1 && axis >= 0 else { return nil }
    var zeroPoints = [Int](repeating: 0, count: scales.count)
    if node.hasInput(2) {
      guard let zeroPoint = node.constant(2)?.tensor, zeroPoint.count == scales.count,
        zeroPoint.elementType == codes.elementType
      else { return nil }
      zeroPoints = scales.indices.map { zeroPoint.code($0) }
    }
    return QuantizedConstant(
      codes: codes, axis: scales.count == 1 ? nil : axis, scales: scales, zeroPoints: zeroPoints,
      scaleType: scale.elementType, elementType: outputType ?? scale.elementType)
  }

  package func dequantizing(_ constant: QuantizedConstant, hasZeroPoint: Bool) -> (
    op: any Operator, scale: FoldableConstant, zeroPoint: Tensor?
  ) {
    let shape: Shape = constant.axis == nil ? [] : [constant.scales.count]
    let scale = FoldableConstant(exact: constant.scales, elementType: constant.scaleType, shape: shape)
    let zeroPoint: Tensor? =
      hasZeroPoint || constant.zeroPoints.contains { $0 != 0 }
      ? Tensor(codes: constant.zeroPoints, constant.codes.elementType, shape) : nil
    return (DequantizeLinearOp(axis: constant.axis ?? 1, outputType: outputType), scale, zeroPoint)
  }

  package init(axis: Int, outputType: ElementType?) {
    self.axis = axis
    self.outputType = outputType
    blockSize = 0
  }
}
