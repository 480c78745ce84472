package import Graphs
internal import Operators
internal import Tensors

/// Takes the division into heads, and the way back, into an Attention: with Q, K and V as
/// [batch, length, heads * size] no element moves.
///
/// Each input must be a transposition of [batch, length, heads, size], and the output must be transposed to
/// that; axes of one element may stand anywhere.
package struct FuseAttentionHeads: RewriteRule {
  package static let name = "FuseAttentionHeads"

  package init() {}

  package func rewrite(_ node: Node, in context: RewriteContext) -> GraphPatch? {
    guard let op = node.op as? AttentionOp, node.inputs.count <= 4,
      node.outputs.dropFirst().allSatisfy({ $0 == nil }), let output = node.outputs[0],
      let dimensions = context.dimensions(output), dimensions.count == 4,
      let queryHeads = dimensions[1].value, let keyHeads = context.dimensions(node.inputs[1])?[1].value,
      let back = context.onlyUser(of: output), back.op is TransposeOp, let result = back.outputs[0],
      Self.isHeadsInside(back, roles: dimensions, isInput: false)
    else { return nil }
    var patch = GraphPatch(context.graph)
    var inputs: [ValueID?] = []
    for index in 0..<3 {
      guard let (turn, _) = context.producer(of: node.inputs[index], as: TransposeOp.self),
        let roles = context.dimensions(node.inputs[index]),
        Self.isHeadsInside(turn, roles: roles, isInput: true), let source = turn.inputs[0],
        let old = context.dimensions(source),
        let joined = patch.reshape(
          source, from: old, to: Self.joined(roles), name: "",
          outputName: "\(context.graph[source].name).joined")
      else { return nil }
      inputs.append(joined)
    }
    inputs += node.inputs.dropFirst(3)
    let joined: ValueID = patch.add(
      op.withHeads(query: queryHeads, key: keyHeads), name: node.name, inputs: inputs,
      outputName: "\(context.graph[result].name).joined")
    guard let new = context.dimensions(result),
      let split = patch.reshape(
        joined, from: Self.joined(dimensions), to: new, name: back.name,
        outputName: context.graph[result].name)
    else { return nil }
    patch.replace(result, by: split)
    return patch
  }

  /// [batch, length, heads * size] for [batch, heads, length, size].
  private static func joined(_ roles: [Dimension]) -> [Dimension] {
    [roles[0], roles[2], roles[1] * roles[3]]
  }

  /// Whether elements that are [batch, heads, length, size] on one side of a transposition lie as
  /// [batch, length, heads, size] on the other, axes of one element aside.
  private static func isHeadsInside(_ node: Node, roles: [Dimension], isInput: Bool) -> Bool {
    guard let op = node.op as? TransposeOp, roles.count == 4 else { return false }
    let order: [Int] = op.permutation ?? [3, 2, 1, 0]
    // The roles in the order in which they lie on the other side.
    var found = [Int](repeating: 0, count: 4)
    for (target, source) in order.enumerated() {
      if isInput { found[source] = target } else { found[target] = source }
    }
    func moving(_ list: [Int]) -> [Int] { list.filter { roles[$0].value != 1 } }
    return moving(found) == moving([0, 2, 1, 3])
  }
}
