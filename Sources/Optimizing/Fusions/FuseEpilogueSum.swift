package import Graphs
internal import Operators
internal import Tensors

/// Lets a product add the residual that an Add after it adds: `product + R` where R has the product's very
/// shape. The product must be used by the Add alone; of two products the later one takes the other's result.
package struct FuseEpilogueSum: RewriteRule {
  package static let name = "FuseEpilogueSum"

  package init() {}

  package func rewrite(_ node: Node, in context: RewriteContext) -> GraphPatch? {
    let graph: Graph = context.graph
    guard node.op is AddOp, let output = node.outputs[0], let left = node.inputs[0],
      let right = node.inputs[1], left != right, let type = graph[output].type, type.dimensions != nil,
      graph[left].type == type, graph[right].type == type
    else { return nil }
    var best: (sum: ValueID, residual: ValueID, node: Node, product: FusableProduct, position: Int)?
    for (sum, residual) in [(left, right), (right, left)] {
      guard context.isOnlyUse(of: sum), let before = context.producer(of: sum),
        let product = FusableProduct(before, graph), product.takesResidual(graph),
        let position = context.uses.position(of: before.id), position > best?.position ?? -1
      else { continue }
      best = (sum, residual, before, product, position)
    }
    guard var best else { return nil }
    var patch = GraphPatch(graph)
    best.product.inputs[3] = best.residual
    let fused: ValueID = patch.add(
      best.product.plain.fused(best.product.prologue, FusedEnding()), name: best.node.name,
      inputs: best.product.trimmedInputs, outputName: graph[output].name)
    patch.replace(output, by: fused)
    return patch
  }
}
