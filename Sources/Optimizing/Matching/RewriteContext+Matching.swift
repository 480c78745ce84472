internal import Graphs
internal import Operators
internal import Tensors

/// What rules ask of a graph as they recognize a pattern.
extension RewriteContext {
  /// The node that makes `value`, where its operator is an `Op`.
  func producer<Op: Operator>(of value: ValueID?, as type: Op.Type) -> (node: Node, op: Op)? {
    guard let node = producer(of: value), let op = node.op as? Op else { return nil }
    return (node, op)
  }

  /// A floating constant that may be folded into others; nil for anything else.
  func constant(_ value: ValueID?) -> FoldableConstant? {
    guard let value, !graph[value].isKept, let tensor = graph[value].constant,
      tensor.elementType.isFloatingPoint
    else { return nil }
    return graph[value].pending ?? FoldableConstant(tensor)
  }

  /// The one element of a floating constant.
  func number(_ value: ValueID?) -> Double? {
    guard let value, graph[value].constant?.count == 1 else { return nil }
    return constant(value)?.doubles?.first
  }

  /// The integers of a value that is known before a run.
  func integers(_ value: ValueID?) -> [Int]? {
    guard let value, !isMadeOfKept(value) else { return nil }
    return graph[value].knownValue?.tensor?.integers
  }

  func dimensions(_ value: ValueID?) -> [Dimension]? {
    value.flatMap { graph[$0].type?.dimensions }
  }

  func elementType(_ value: ValueID?) -> ElementType? {
    value.flatMap { graph[$0].type?.elementType }
  }

  /// The node that alone uses `value`, once, where the value is no output of the graph.
  func onlyUser(of value: ValueID?) -> Node? {
    guard let value, uses.outputCount(of: value) == 0, uses[value].count == 1 else { return nil }
    return graph.nodes[uses[value][0].position]
  }

  /// The axes that a reduction names, counted from the front and sorted, where it keeps its dimensions.
  func reducedAxes(_ node: Node, _ options: ReduceOptions) -> [Int]? {
    guard options.keepsDimensions, let rank = dimensions(node.inputs[0])?.count else { return nil }
    guard node.inputs.count > 1, node.inputs[1] != nil else {
      return options.reducesNoneByDefault ? nil : Array(0..<rank)
    }
    guard let named = integers(node.inputs[1]) else { return nil }
    if named.isEmpty { return options.reducesNoneByDefault ? nil : Array(0..<rank) }
    let axes: [Int] = named.map { $0 < 0 ? $0 + rank : $0 }.sorted()
    return axes.allSatisfy { $0 >= 0 && $0 < rank } && Set(axes).count == axes.count ? axes : nil
  }

  /// The operands of a node of two, in both orders.
  func bothOrders(_ node: Node) -> [(ValueID, ValueID)] {
    guard node.inputs.count == 2, let a = node.inputs[0], let b = node.inputs[1] else { return [] }
    return [(a, b), (b, a)]
  }
}

/// The nodes of a pattern that is to be replaced as a whole.
struct PatternNodes {
  private(set) var ids: Set<NodeID> = []
  private(set) var nodes: [Node] = []

  mutating func insert(_ node: Node) {
    if ids.insert(node.id).inserted { nodes.append(node) }
  }

  mutating func insert(_ others: PatternNodes) {
    for node in others.nodes { insert(node) }
  }

  /// Whether nobody but the pattern uses what its nodes make, except for the outputs of `root`.
  func isClosed(root: Node, in context: RewriteContext) -> Bool {
    for node in nodes where node.id != root.id {
      for case let output? in node.outputs {
        guard context.uses.outputCount(of: output) == 0 else { return false }
        for use in context.uses[output] where !ids.contains(context.graph.nodes[use.position].id) {
          return false
        }
      }
    }
    return true
  }
}
