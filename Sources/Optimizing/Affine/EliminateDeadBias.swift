package import Graphs

/// Removes the bias of a layer that no user of the layer sees: an InstanceNormalization, a Softmax along the
/// axis that it is constant on, and what else takes a shift away again.
///
/// The specification's section 2, I. What a rule can see of a shift is what would have to change in the users
/// for it: here nothing.
package struct EliminateDeadBias: RewriteRule {
  package static let name = "EliminateDeadBias"

  package init() {}

  package func rewrite(_ node: Node, in context: RewriteContext) -> GraphPatch? {
    guard let op = node.op as? any BiasedOperator, node.inputs.count == 3, let output = node.outputs[0],
      let bias = node.inputs[2], !context.graph[bias].isKept
    else { return nil }
    var mover = MapMover(context, origin: node.id)
    guard let map = op.bias(mover.view(node)), mover.moveDown(output, map),
      mover.staged.values.allSatisfy({ $0.constants.isEmpty && $0.addend == nil })
    else { return nil }
    mover.replace(node, by: AffineRewrite(op: node.op))
    var patch = MapPatch(mover)
    return patch.writingStaged(dropping: 2, of: [node.id], adding: [:])
  }
}
