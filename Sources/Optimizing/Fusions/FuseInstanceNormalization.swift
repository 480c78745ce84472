package import Graphs
internal import Operators
internal import Tensors

/// Makes one InstanceNormalization of its elementwise form over all axes after the channels, with a gain and
/// offset for each channel:
///
///     (x - mean(x)) / sqrt(mean((x - mean(x))^2) + epsilon) * gain[c] + offset[c]
///
/// Over the last axis of a value of rank 3 without either it is left to FuseLayerNormalization. Ulyanov,
/// Vedaldi, Lempitsky, Instance Normalization, 2016.
package struct FuseInstanceNormalization: RewriteRule {
  package static let name = "FuseInstanceNormalization"

  package init() {}

  package func rewrite(_ node: Node, in context: RewriteContext) -> GraphPatch? {
    guard var pattern = NormalizationPattern(root: node, in: context), pattern.subtractsMean,
      let dimensions = context.dimensions(pattern.input), dimensions.count >= 3,
      pattern.axes == Array(2..<dimensions.count), let channels = dimensions[1].value, channels > 0
    else { return nil }
    let shape = Shape([channels] + Array(repeating: 1, count: dimensions.count - 2))
    func fits(_ constant: FoldableConstant) -> Bool { constant.hasParameterShape(shape) }
    let bare: NormalizationPattern = pattern
    pattern.takeTail(in: context, hasOffset: true, accepts: fits)
    let parameters: [FoldableConstant] = [pattern.gain, pattern.offset].compactMap { context.constant($0) }
    guard parameters.allSatisfy(fits) else { return nil }
    let isBare: Bool = bare.root.id == pattern.root.id && parameters.isEmpty
    if isBare {
      // A gain for each position would make it a LayerNormalization.
      let user: Node? = context.onlyUser(of: pattern.root.outputs[0])
      guard dimensions.count > 3, !(user?.op is MulOp) else { return nil }
    } else {
      guard parameters.contains(where: { $0.shape.count > 1 || channels == 1 }) else { return nil }
    }
    var writer = NormalizationWriter(pattern, context, parameters: [channels])
    return writer.patch(
      InstanceNormalizationOp(epsilon: Float(pattern.epsilon)), alwaysOffset: true, note: "")
  }
}
