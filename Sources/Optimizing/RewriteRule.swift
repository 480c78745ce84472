package import Graphs
package import KernelInterface

/// What a rule sees: one graph, as it is now.
package struct RewriteContext {
  package let graph: Graph
  package let uses: GraphUses
  package let kernels: KernelTable
  /// Bytes of constants that may be computed while a graph is optimized.
  package let foldBudget: Int

  package init(graph: Graph, kernels: KernelTable, foldBudget: Int = .max) {
    self.foldBudget = foldBudget
    self.graph = graph
    uses = graph.uses()
    self.kernels = kernels
  }

  /// The node that makes `value`, or nil for an input or constant.
  package func producer(of value: ValueID?) -> Node? {
    guard let value, let id = graph[value].producer, let position = uses.position(of: id) else { return nil }
    return graph.nodes[position]
  }

  /// The only node that uses `value`, where it is used once and is no output of the graph.
  package func onlyUser(of value: ValueID) -> Node? {
    guard uses[value].count == 1, uses.outputCount(of: value) == 0 else { return nil }
    return graph.nodes[uses[value][0].position]
  }
}

/// A local rewrite: looks at one node and describes a change of the graph, or nothing. It never changes
/// anything itself, and what it describes computes the same outputs.
package protocol RewriteRule: Sendable {
  /// The name that reports, errors and `--disable` use: verb and object, as the file is named.
  static var name: String { get }
  func rewrite(_ node: Node, in context: RewriteContext) -> GraphPatch?
}
