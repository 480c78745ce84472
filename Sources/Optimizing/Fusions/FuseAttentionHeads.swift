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
        let joined = patch.join(source, roles, context)
      else { return nil }
      inputs.append(joined)
    }
    inputs += node.inputs.dropFirst(3)
    let joined: ValueID = patch.add(
      op.withHeads(query: queryHeads, key: keyHeads), name: node.name, inputs: inputs,
      outputName: "\(context.graph[result].name).joined")
    guard let shape = patch.target(like: result, from: joined, dimensions, context) else { return nil }
    let split: ValueID = patch.add(
      ReshapeOp(allowsZero: false), name: back.name, inputs: [joined, shape],
      outputName: context.graph[result].name)
    patch.replace(result, by: split)
    return patch
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

extension GraphPatch {
  /// `source`, whose elements lie as [batch, length, heads, size], as [batch, length, heads * size].
  fileprivate mutating func join(_ source: ValueID, _ roles: [Dimension], _ context: RewriteContext)
    -> ValueID?
  {
    guard let heads = roles[1].value, let size = roles[3].value,
      let old = context.dimensions(source)
    else { return nil }
    var target: [Int64] = []
    var isInferred: Bool = false
    for (axis, dimension) in [roles[0], roles[2]].enumerated() {
      if let extent = dimension.value {
        target.append(Int64(extent))
      } else if old[axis] == dimension {
        target.append(0)
      } else if !isInferred {
        isInferred = true
        target.append(-1)
      } else {
        return nil
      }
    }
    target.append(Int64(heads * size))
    guard !target.dropLast().contains(where: { $0 == 0 }) || old.count >= 2 else { return nil }
    let label: String = context.graph[source].name
    let shape: ValueID = constant(Tensor(target, [3]), name: "\(label).joined.shape")
    return add(
      ReshapeOp(allowsZero: false), name: "", inputs: [source, shape], outputName: "\(label).joined")
  }

  /// The shape of `value`, for a Reshape of a [batch, length, heads * size] of these dimensions.
  fileprivate mutating func target(
    like value: ValueID, from joined: ValueID, _ roles: [Dimension], _ context: RewriteContext
  ) -> ValueID? {
    guard let new = context.dimensions(value) else { return nil }
    let old: [Dimension] = [roles[0], roles[2]]
    var target: [Int64] = []
    var isInferred: Bool = false
    for (axis, dimension) in new.enumerated() {
      if let extent = dimension.value {
        guard extent > 0 else { return nil }
        target.append(Int64(extent))
      } else if axis < old.count, old[axis] == dimension {
        target.append(0)
      } else if !isInferred {
        isInferred = true
        target.append(-1)
      } else {
        return nil
      }
    }
    let label: String = context.graph[value].name
    return constant(Tensor(target, [target.count]), name: "\(label).shape")
  }
}
