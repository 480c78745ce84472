package import Tensors

/// The identity of a value in one graph.
package struct ValueID: Sendable, Hashable, Comparable {
  package var index: Int
  package init(_ index: Int) { self.index = index }
  package static func < (left: ValueID, right: ValueID) -> Bool { left.index < right.index }
}

/// The identity of a node in one graph.
package struct NodeID: Sendable, Hashable, Comparable {
  package var index: Int
  package init(_ index: Int) { self.index = index }
  package static func < (left: NodeID, right: NodeID) -> Bool { left.index < right.index }
}

/// An application of an operator. Inputs and outputs that are left out are nil.
package struct Node: Sendable {
  package let id: NodeID
  package var name: String
  package var op: any Operator
  package var inputs: [ValueID?]
  package var outputs: [ValueID?]

  package init(id: NodeID, name: String, op: any Operator, inputs: [ValueID?], outputs: [ValueID?]) {
    self.id = id
    self.name = name
    self.op = op
    self.inputs = inputs
    self.outputs = outputs
  }

  package var opName: String { type(of: op).schema.qualifiedName }
  package var place: GraphPlace { GraphPlace(node: name, op: opName) }
}

/// What a graph says of one value.
package struct ValueRecord: Sendable {
  package var name: String
  /// nil until inference has run or where nothing is known.
  package var type: ValueType?
  /// The value of a constant (an initializer).
  package var constant: Tensor?
  /// What has been folded into the constant and is yet to be rounded: while an optimization stage runs,
  /// `constant` has the type and shape only.
  package var pending: FoldableConstant?
  /// What inference found out about a value that is no constant.
  package var known: KnownValue?
  /// Whether a constant must stay as it is, so that nothing is folded into it or computed from it ahead.
  package var isKept: Bool = false
  /// Where the value comes from; nil for inputs and constants.
  package var producer: NodeID?

  package init(name: String, type: ValueType? = nil, constant: Tensor? = nil) {
    self.name = name
    self.type = type
    self.constant = constant
  }

  /// The value, where it is known before a run.
  package var knownValue: KnownValue? {
    if pending != nil { return nil }
    return constant.map { .tensor($0) } ?? known
  }
}

/// A computation in static single assignment: typed values, and nodes whose operators are resolved.
///
/// A graph is a value. It is built by `GraphBuilder` and changed by applying patches, which yield another
/// graph. `nodes` is in a topological order.
package struct Graph: Sendable {
  package var name: String
  package internal(set) var inputs: [ValueID]
  package internal(set) var outputs: [ValueID]
  /// What users call the outputs. Apart from the values' names, because an output may be any value: an
  /// input, a constant, the same value twice.
  package internal(set) var outputNames: [String]
  package internal(set) var values: [ValueRecord]
  /// The nodes in a topological order.
  package internal(set) var nodes: [Node]
  /// One more than the largest node number in use.
  package internal(set) var nextNode: Int
  /// Bytes of all results that were computed ahead, by inference or by folding.
  package internal(set) var foldedBytes: Int = 0
  /// Tells this computation from every other: copies share it, a graph that was changed has its own.
  package internal(set) var identity: GraphIdentity

  package init(name: String) {
    self.name = name
    identity = GraphIdentity()
    inputs = []
    outputs = []
    outputNames = []
    values = []
    nodes = []
    nextNode = 0
  }

  package subscript(value: ValueID) -> ValueRecord {
    get { values[value.index] }
    set { values[value.index] = newValue }
  }

  /// For every value, the nodes that use it (once for each use) with the input's index.
  package func uses() -> GraphUses { GraphUses(self) }
}

/// The identity of a computation, by which plans of it are found again.
package final class GraphIdentity: Sendable, Hashable {
  package init() {}
  package static func == (left: GraphIdentity, right: GraphIdentity) -> Bool { left === right }
  package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}

/// Who uses what in one graph: made once, valid for that graph only.
package struct GraphUses: Sendable {
  /// One use: the position of the node in `Graph.nodes`, and the index of the input.
  package struct Use: Sendable, Hashable {
    package let position: Int
    package let input: Int
  }

  private let uses: [[Use]]
  private let positions: [NodeID: Int]
  private let outputCounts: [ValueID: Int]

  package init(_ graph: Graph) {
    var uses = [[Use]](repeating: [], count: graph.values.count)
    var positions: [NodeID: Int] = [:]
    for (position, node) in graph.nodes.enumerated() {
      positions[node.id] = position
      for (index, input) in node.inputs.enumerated() {
        if let input { uses[input.index].append(Use(position: position, input: index)) }
      }
    }
    self.uses = uses
    self.positions = positions
    outputCounts = Dictionary(graph.outputs.map { ($0, 1) }, uniquingKeysWith: +)
  }

  package subscript(value: ValueID) -> [Use] { uses[value.index] }
  /// Where the node stands in `Graph.nodes`.
  package func position(of node: NodeID) -> Int? { positions[node] }
  /// How many of the graph's outputs are this value.
  package func outputCount(of value: ValueID) -> Int { outputCounts[value] ?? 0 }
}
