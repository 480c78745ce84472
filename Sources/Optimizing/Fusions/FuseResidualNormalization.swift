package import Graphs
internal import Operators
internal import Tensors

/// Puts a sum and the normalization of it into one pass over memory, with the sum as a second output where
/// others use it too: `ngraph::ResidualLayerNormalization` and `ngraph::ResidualRMSNormalization`.
///
/// One operand has the sum's shape, and the other has it too or repeats as a whole (a position embedding).
/// The bias of a product is left to the product. The arithmetic is the same. The specification's section 2,
/// K.
package struct FuseResidualNormalization: RewriteRule {
  package static let name = "FuseResidualNormalization"

  package init() {}

  package func rewrite(_ node: Node, in context: RewriteContext) -> GraphPatch? {
    let graph: Graph = context.graph
    guard let op = Self.fused(node.op), node.outputs.dropFirst().allSatisfy({ $0 == nil }),
      let output = node.outputs[0], let sum = node.inputs[0],
      let (add, _) = context.producer(of: sum, as: AddOp.self),
      graph[sum].type == graph[output].type,
      node.inputs.dropFirst().allSatisfy({ $0 == nil || $0.flatMap { graph[$0].producer } == nil }),
      let (full, other) = operands(add, sum, context)
    else { return nil }
    let isKept: Bool = context.uses.outputCount(of: sum) > 0 || context.uses[sum].count > 1
    var patch = GraphPatch(graph)
    let results: [ValueID?] = patch.add(
      op, name: node.name, inputs: [full, other] + node.inputs.dropFirst(),
      outputNames: [graph[output].name, isKept ? graph[sum].name : nil])
    guard let normal = results[0] else { return nil }
    patch.replace(output, by: normal)
    if let total = results[1] { patch.replace(sum, by: total) }
    patch.note = isKept ? "the sum is used again" : "the sum is used here only"
    return patch
  }

  private static func fused(_ op: any Operator) -> (any Operator)? {
    switch op {
    case let op as LayerNormalizationOp: ResidualLayerNormalizationOp(op)
    case let op as RMSNormalizationOp: ResidualRMSNormalizationOp(op)
    case let op as OffsetRMSNormalizationOp: ResidualRMSNormalizationOp(op)
    default: nil
    }
  }

  /// The operand that has the sum's shape, and the other one, where that repeats as a whole.
  private func operands(_ add: Node, _ sum: ValueID, _ context: RewriteContext) -> (ValueID, ValueID)? {
    guard let whole = context.dimensions(sum) else { return nil }
    for (full, other) in context.bothOrders(add) {
      guard context.dimensions(full) == whole, let part = context.dimensions(other),
        part.count <= whole.count,
        !isBias(other, of: full, context)
      else { continue }
      let padded: [Dimension] = Array(repeating: 1, count: whole.count - part.count) + part
      let first: Int = padded.firstIndex { $0 != 1 } ?? whole.count
      if first < whole.count, Array(padded[first...]) == Array(whole[first...]) { return (full, other) }
    }
    return nil
  }

  /// Whether `other` is a row of constants that is added to a product that nobody else uses.
  private func isBias(_ other: ValueID, of full: ValueID, _ context: RewriteContext) -> Bool {
    guard let constant = context.graph[other].constant, constant.count == constant.shape.extents.last,
      let product = context.producer(of: full), product.op is MatMulOp
    else { return false }
    return context.onlyUser(of: full) != nil
  }
}
