package import Graphs
internal import Operators
internal import Tensors

/// Makes one RMSNormalization of its elementwise form over the last axes, with the gain after it:
///
///     x / sqrt(mean(x^2) + epsilon) * gain
///
/// Zhang, Sennrich, Root Mean Square Layer Normalization, 2019.
package struct FuseRMSNormalization: RewriteRule {
  package static let name = "FuseRMSNormalization"

  package init() {}

  package func rewrite(_ node: Node, in context: RewriteContext) -> GraphPatch? {
    guard var pattern = NormalizationPattern(root: node, in: context), !pattern.subtractsMean,
      let dimensions = context.dimensions(pattern.input), let first = pattern.axes.first,
      pattern.axes == Array(first..<dimensions.count)
    else { return nil }
    var extents: [Int] = []
    for axis in pattern.axes {
      guard let extent = dimensions[axis].value, extent > 0 else { return nil }
      extents.append(extent)
    }
    let shape = Shape(extents)
    pattern.takeTail(in: context, hasOffset: false) { $0.hasParameterShape(shape) }
    var writer = NormalizationWriter(pattern, context, parameters: shape)
    let axis: Int = extents.count == 1 ? -1 : first
    return writer.patch(RMSNormalizationOp(axis: axis, epsilon: Float(pattern.epsilon)), note: "")
  }
}
