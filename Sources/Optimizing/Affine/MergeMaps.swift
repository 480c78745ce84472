package import Graphs

/// Makes one affine map of two in a row along one axis, where that takes fewer nodes: a scale, a shift, a
/// negation, or a BatchNormalization for both along axis 1.
///
/// s2 (s1 x + t1) + t2 = (s2 s1) x + (s2 t1 + t2): the specification's section 1, E.
package struct MergeMaps: RewriteRule {
  package static let name = "MergeMaps"

  package init() {}

  package func rewrite(_ node: Node, in context: RewriteContext) -> GraphPatch? {
    let mover = MapMover(context, origin: node.id)
    guard let second = mover.map(at: node), let middle = node.inputs[second.input],
      context.uses[middle].count == 1, context.uses.outputCount(of: middle) == 0,
      let before = context.producer(of: middle), let first = mover.map(at: before),
      let whole = second.map.after(first.map), whole.isFinite, MapForm(whole).nodeCount < 2
    else { return nil }
    var patch = MapPatch(mover)
    return patch.merging(before, input: first.input, into: node, as: whole)
  }
}
