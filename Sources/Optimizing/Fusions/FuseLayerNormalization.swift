package import Graphs
internal import Operators
internal import Tensors

/// Makes one LayerNormalization of its elementwise form over the last axes, with the gain and offset after
/// it:
///
///     (x - mean(x)) / sqrt(mean((x - mean(x))^2) + epsilon) * gain + offset
///
/// Over axis 1 alone, of values whose channels come first, it becomes a LayerNormalization of the last axis
/// between two transpositions. Ba, Kiros, Hinton, Layer Normalization, 2016.
package struct FuseLayerNormalization: RewriteRule {
  package static let name = "FuseLayerNormalization"

  package init() {}

  package func rewrite(_ node: Node, in context: RewriteContext) -> GraphPatch? {
    guard var pattern = NormalizationPattern(root: node, in: context), pattern.subtractsMean,
      let dimensions = context.dimensions(pattern.input), let first = pattern.axes.first
    else { return nil }
    let rank: Int = dimensions.count
    let isLast: Bool = pattern.axes == Array(first..<rank)
    guard isLast || pattern.axes == [1] else { return nil }
    var extents: [Int] = []
    for axis in pattern.axes {
      guard let extent = dimensions[axis].value, extent > 0 else { return nil }
      extents.append(extent)
    }
    // Where the parameters stand: from the first normalized axis on, with axes of one element behind.
    let shape = Shape(extents + Array(repeating: 1, count: rank - first - extents.count))
    func fits(_ constant: FoldableConstant) -> Bool { constant.hasParameterShape(shape) }
    pattern.takeTail(in: context, hasOffset: true, accepts: fits)
    guard [pattern.gain, pattern.offset].allSatisfy({ $0.flatMap(context.constant).map(fits) ?? true }) else {
      return nil
    }
    var writer = NormalizationWriter(pattern, context, parameters: Shape(extents))
    let axis: Int = extents.count == 1 ? -1 : first
    let op = LayerNormalizationOp(axis: axis, epsilon: Float(pattern.epsilon))
    return isLast
      ? writer.patch(
        op, note: "over \(extents.count == 1 ? "the last axis" : "the last \(extents.count) axes")")
      : writer.channelsLastPatch(op, rank: rank)
  }
}
