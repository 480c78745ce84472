package import Graphs
internal import Operators

/// Lets a product apply the activation that follows it, where that is one that kernels know. The sum must be
/// used by the activation alone.
package struct FuseEpilogueActivation: RewriteRule {
  package static let name = "FuseEpilogueActivation"

  package init() {}

  package func rewrite(_ node: Node, in context: RewriteContext) -> GraphPatch? {
    let graph: Graph = context.graph
    guard let ending = FusedEnding(node, in: graph), let sum = node.inputs[0], let output = node.outputs[0],
      context.isOnlyUse(of: sum), let before = context.producer(of: sum),
      let product = FusableProduct(before, graph)
    else { return nil }
    var patch = GraphPatch(graph)
    let fused: ValueID = patch.add(
      product.plain.fused(product.prologue, ending), name: before.name, inputs: product.trimmedInputs,
      outputName: graph[output].name)
    patch.replace(output, by: fused)
    return patch
  }
}
