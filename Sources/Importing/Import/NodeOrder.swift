internal import Models

/// An order of nodes in which every value is defined before it is used: the order as written wherever that
/// is one. Nodes on a cycle come last, as written.
struct NodeOrder {
  /// Positions of all nodes.
  private(set) var positions: [Int]
  /// The first node on a cycle, or behind one.
  private(set) var cycle: Int?
  private(set) var cycleCount: Int = 0

  init(_ nodes: [ModelNode]) {
    var producers: [String: Int] = [:]
    for (index, node) in nodes.enumerated() {
      for output in node.outputs where !output.isEmpty && producers[output] == nil {
        producers[output] = index
      }
    }
    let needs: [[Int]] = nodes.map { node in
      var found: Set<Int> = []
      Self.visitFreeNames(node, hidden: []) { if let producer = producers[$0] { found.insert(producer) } }
      return found.sorted()
    }
    positions = Array(nodes.indices)
    let isOrdered: Bool = needs.enumerated().allSatisfy { index, needed in needed.allSatisfy { $0 < index } }
    if !isOrdered { sort(needs) }
  }

  /// Takes, again and again, all nodes that are ready, in the order written.
  private mutating func sort(_ needs: [[Int]]) {
    var missing: [Int] = needs.map(\.count)
    var users: [[Int]] = Array(repeating: [], count: needs.count)
    for (index, needed) in needs.enumerated() {
      for producer in needed { users[producer].append(index) }
    }
    var order: [Int] = needs.indices.filter { missing[$0] == 0 }
    var next: Int = 0
    while next < order.count {
      for user in users[order[next]] {
        missing[user] -= 1
        if missing[user] == 0 { order.append(user) }
      }
      next += 1
    }
    let stuck: [Int] = needs.indices.filter { missing[$0] > 0 }
    cycle = stuck.first
    cycleCount = stuck.count
    positions = order + stuck
  }

  /// Calls `visit` with every name that `node` and the graphs in it use from outside.
  private static func visitFreeNames(_ node: ModelNode, hidden: Set<String>, _ visit: (String) -> Void) {
    for input in node.inputs where !input.isEmpty && !hidden.contains(input) { visit(input) }
    for attribute in node.attributes {
      guard case .graph(let graph) = attribute.value else { continue }
      var inner: Set<String> = hidden
      inner.formUnion(graph.inputs.map(\.name))
      inner.formUnion(graph.initializers.compactMap(\.name))
      inner.formUnion(graph.sparseInitializers.compactMap(\.values.name))
      for node in graph.nodes { inner.formUnion(node.outputs) }
      for node in graph.nodes { visitFreeNames(node, hidden: inner, visit) }
      for output in graph.outputs where !inner.contains(output.name) { visit(output.name) }
    }
  }
}
