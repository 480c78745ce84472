package import Graphs
internal import Tensors

/// Lets a node that does what an earlier one does (the same operator and attributes on the same inputs) give
/// way to it.
package struct MergeEqualNodes: RewriteRule {
  package static let name = "MergeEqualNodes"

  package init() {}

  package func rewrite(_ node: Node, in context: RewriteContext) -> GraphPatch? {
    let graph: Graph = context.graph
    guard !(node.op is any NondeterministicOperator), !(node.op is any SubgraphOperator),
      let shared = node.inputs.lazy.compactMap({ $0 }).first,
      let position = context.uses.position(of: node.id)
    else { return nil }
    for use in context.uses[shared] where use.position < position {
      let other: Node = graph.nodes[use.position]
      guard other.opName == node.opName, equal(other.inputs, node.inputs, graph),
        other.outputs.count >= node.outputs.count, type(of: other.op) == type(of: node.op),
        equal(other.op.attributes, node.op.attributes)
      else { continue }
      var patch = GraphPatch(graph)
      for (mine, theirs) in zip(node.outputs, other.outputs) {
        guard let mine else { continue }
        guard let theirs, graph[mine].type == graph[theirs].type else { return nil }
        patch.replace(mine, by: theirs)
      }
      return patch
    }
    return nil
  }

  private func equal(_ left: [ValueID?], _ right: [ValueID?], _ graph: Graph) -> Bool {
    left.count == right.count
      && zip(left, right).allSatisfy { a, b in
        if a == b { return true }
        guard let a, let b, !graph[a].isKept, !graph[b].isKept, graph[a].pending == nil,
          graph[b].pending == nil, let x = graph[a].constant,
          let y = graph[b].constant
        else { return false }
        return x.hasSameElements(as: y)
      }
  }

  private func equal(_ left: [Attribute], _ right: [Attribute]) -> Bool {
    left.count == right.count
      && zip(left, right).allSatisfy { $0.name == $1.name && $0.value.isSame(as: $1.value) }
  }
}

extension AttributeValue {
  /// Whether both are the same value; graphs never are.
  fileprivate func isSame(as other: AttributeValue) -> Bool {
    switch (self, other) {
    case (.int(let a), .int(let b)): a == b
    case (.float(let a), .float(let b)): a == b
    case (.string(let a), .string(let b)): a == b
    case (.type(let a), .type(let b)): a == b
    case (.ints(let a), .ints(let b)): a == b
    case (.floats(let a), .floats(let b)): a == b
    case (.strings(let a), .strings(let b)): a == b
    case (.tensor(let a), .tensor(let b)): a.hasSameElements(as: b)
    default: false
    }
  }
}

extension Tensor {
  /// Whether type, shape and all bytes are equal; large tensors are not compared.
  fileprivate func hasSameElements(as other: Tensor) -> Bool {
    guard elementType == other.elementType, shape == other.shape else { return false }
    if address == other.address, strings == nil { return true }
    if let strings { return strings.elements == other.strings?.elements }
    guard byteCount <= 1 << 16 else { return false }
    return UnsafeRawBufferPointer(start: base, count: byteCount).elementsEqual(
      UnsafeRawBufferPointer(start: other.base, count: byteCount))
  }
}
