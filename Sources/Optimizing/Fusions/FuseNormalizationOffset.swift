package import Graphs
internal import Operators
internal import Tensors

/// Puts the offset after an RMSNormalization, which is what centering leaves of a LayerNormalization with
/// one, into the same pass: `ngraph::OffsetRMSNormalization`, or `ngraph::ResidualRMSNormalization` where the
/// normalization is that of a sum.
package struct FuseNormalizationOffset: RewriteRule {
  package static let name = "FuseNormalizationOffset"

  package init() {}

  package func rewrite(_ node: Node, in context: RewriteContext) -> GraphPatch? {
    let graph: Graph = context.graph
    guard node.op is AddOp, let output = node.outputs[0] else { return nil }
    for (normal, offset) in context.bothOrders(node) {
      guard let norm = context.producer(of: normal), norm.outputs[0] == normal,
        context.onlyUser(of: normal)?.id == node.id,
        let columns = context.dimensions(normal)?.last?.value, graph[offset].constant?.shape == [columns],
        graph[normal].type == graph[output].type,
        context.elementType(norm.inputs[0]) == context.elementType(output), let op = Self.fused(norm)
      else { continue }
      var patch = GraphPatch(graph)
      var names: [String?] = norm.outputs.map { $0.map { graph[$0].name } }
      names[0] = graph[output].name
      let results: [ValueID?] = patch.add(
        op, name: norm.name, inputs: norm.inputs + [offset], outputNames: names)
      for (old, new) in zip([output] + norm.outputs.dropFirst(), results) {
        if let old, let new { patch.replace(old, by: new) }
      }
      return patch
    }
    return nil
  }

  private static func fused(_ norm: Node) -> (any Operator)? {
    switch norm.op {
    case let op as RMSNormalizationOp: OffsetRMSNormalizationOp(op)
    case is ResidualRMSNormalizationOp where norm.inputs.count == 3: norm.op
    default: nil
    }
  }
}
