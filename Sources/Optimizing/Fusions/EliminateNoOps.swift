package import Graphs
internal import Operators
internal import Tensors

/// Removes a node whose output is its input: Identity, Dropout in inference, a Reshape, Squeeze, Expand or
/// Tile to the shape that is there, a Cast to the type that is there, a Transpose that moves no axis, a
/// Slice of everything, a Pad by nothing, a Concat of one.
package struct EliminateNoOps: RewriteRule {
  package static let name = "EliminateNoOps"

  package init() {}

  package func rewrite(_ node: Node, in context: RewriteContext) -> GraphPatch? {
    let graph: Graph = context.graph
    guard let index = passedInput(node, graph), let input = node.inputs[index], let output = node.outputs[0],
      node.outputs.dropFirst().allSatisfy({ isUnused($0, context) }), let type = graph[input].type,
      type.dimensions != nil, type == graph[output].type
    else { return nil }
    if let transpose = node.op as? TransposeOp {
      let rank: Int = type.dimensions?.count ?? 0
      guard (transpose.permutation ?? (0..<rank).reversed()) == Array(0..<rank) else { return nil }
    }
    var patch = GraphPatch(graph)
    patch.replace(output, by: input)
    return patch
  }

  private func isUnused(_ value: ValueID?, _ context: RewriteContext) -> Bool {
    guard let value else { return true }
    return context.uses[value].isEmpty && context.uses.outputCount(of: value) == 0
  }

  /// The input that the output equals if it has the same type and shape.
  private func passedInput(_ node: Node, _ graph: Graph) -> Int? {
    switch node.op {
    case let op as any AliasingOperator: op.aliasedInput
    case is CastOp, is CastLikeOp, is TransposeOp, is ExpandOp, is TileOp: 0
    case is SliceOp where hasUnitSteps(node, graph): 0
    case is PadOp where padsNothing(node, graph): 0
    case is ConcatOp where node.inputs.count == 1: 0
    case is DropoutOp where !mayDrop(node, graph): 0
    default: nil
    }
  }
  /// Whether a Slice walks forward and skips nothing.
  private func hasUnitSteps(_ node: Node, _ graph: Graph) -> Bool {
    guard node.inputs.count > 4, let steps = node.inputs[4] else { return true }
    return graph[steps].knownValue?.tensor?.integers?.allSatisfy { $0 == 1 } ?? false
  }
  private func padsNothing(_ node: Node, _ graph: Graph) -> Bool {
    guard let pads = node.inputs[1] else { return false }
    return graph[pads].knownValue?.tensor?.integers?.allSatisfy { $0 == 0 } ?? false
  }
  /// Whether a Dropout is in training mode, or a run may put it there.
  private func mayDrop(_ node: Node, _ graph: Graph) -> Bool {
    guard node.inputs.count > 2, let training = node.inputs[2] else { return false }
    guard let flag = graph[training].constant else { return true }
    return flag.count != 1 || flag.base.load(as: UInt8.self) != 0
  }
}
