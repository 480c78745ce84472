package import Graphs
internal import Operators
internal import Tensors

/// Makes a Reshape of a transposition that moves axes of one element only, so that no element moves.
package struct EliminateTransposes: RewriteRule {
  package static let name = "EliminateTransposes"

  package init() {}

  package func rewrite(_ node: Node, in context: RewriteContext) -> GraphPatch? {
    guard let op = node.op as? TransposeOp, let source = node.inputs[0], let output = node.outputs[0],
      let dimensions = context.dimensions(source)
    else { return nil }
    let order: [Int] = op.permutation ?? dimensions.indices.reversed()
    let moved: [Int] = order.filter { dimensions[$0].value != 1 }
    guard moved == moved.sorted(), order != order.sorted() else { return nil }
    var patch = GraphPatch(context.graph)
    guard let result = patch.reshape(source, like: output, name: node.name, in: context) else { return nil }
    patch.replace(output, by: result)
    return patch
  }
}
