package import Graphs
package import KernelInterface

/// What a rule sees: one graph, as it is now.
package struct RewriteContext {
  package let graph: Graph
  package let uses: GraphUses
  package let kernels: KernelTable
  /// Bytes of constants that may be computed while a graph is optimized.
  package let foldBudget: Int
  /// Values that are known before a run, but made of a constant that must stay as it is.
  private let madeOfKept: Set<ValueID>

  package init(graph: Graph, kernels: KernelTable, foldBudget: Int = .max) {
    self.foldBudget = foldBudget
    self.graph = graph
    uses = graph.uses()
    self.kernels = kernels
    madeOfKept = Self.madeOfKept(graph)
  }

  /// Whether `value` is a constant that must stay as it is, or is known only by computing with one.
  package func isMadeOfKept(_ value: ValueID) -> Bool {
    graph[value].isKept || madeOfKept.contains(value)
  }

  private static func madeOfKept(_ graph: Graph) -> Set<ValueID> {
    guard graph.values.contains(where: \.isKept) else { return [] }
    var found: Set<ValueID> = []
    for node in graph.nodes {
      var isMade: Bool = false
      var isKnown: Bool = true
      for case let input? in node.inputs {
        if graph[input].isKept || found.contains(input) {
          isMade = true
        } else if graph[input].knownValue == nil {
          isKnown = false
        }
      }
      guard isMade, isKnown else { continue }
      for case let output? in node.outputs { found.insert(output) }
    }
    return found
  }

  /// The node that makes `value`, or nil for an input or constant.
  package func producer(of value: ValueID?) -> Node? {
    guard let value, let id = graph[value].producer, let position = uses.position(of: id) else { return nil }
    return graph.nodes[position]
  }
}

/// A local rewrite: looks at one node and describes a change of the graph, or nothing. It never changes
/// anything itself, and what it describes computes the same outputs.
package protocol RewriteRule: Sendable {
  /// The name that reports, errors and `--disable` use: verb and object, as the file is named.
  static var name: String { get }
  func rewrite(_ node: Node, in context: RewriteContext) -> GraphPatch?
}
