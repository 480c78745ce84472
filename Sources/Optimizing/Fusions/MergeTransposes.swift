package import Graphs
internal import Operators

/// Makes one transposition of two in a row, which often is none.
package struct MergeTransposes: RewriteRule {
  package static let name = "MergeTransposes"

  package init() {}

  package func rewrite(_ node: Node, in context: RewriteContext) -> GraphPatch? {
    let graph: Graph = context.graph
    guard let second = node.op as? TransposeOp, let middle = node.inputs[0], let output = node.outputs[0],
      let before = context.producer(of: middle), let first = before.op as? TransposeOp,
      let source = before.inputs[0], let rank = graph[source].type?.dimensions?.count
    else { return nil }
    let inner: [Int] = first.permutation ?? (0..<rank).reversed()
    let outer: [Int] = second.permutation ?? (0..<rank).reversed()
    var patch = GraphPatch(graph)
    let merged: ValueID = patch.add(
      TransposeOp(permutation: outer.map { inner[$0] }), name: node.name, inputs: [source],
      outputName: graph[output].name)
    patch.replace(output, by: merged)
    return patch
  }
}
