package import Tensors

/// A change of a graph, described before it is made: new constants and nodes, and values whose uses go to
/// other values. Nodes that nobody needs afterwards disappear with it.
package struct GraphPatch: Sendable {
  /// Bytes of constants that were computed for it.
  package var foldedBytes: Int = 0
  /// What the change does, for the report.
  package var note: String = ""
  private let valueCount: Int
  private let nodeCount: Int
  package private(set) var values: [ValueRecord] = []
  package private(set) var nodes: [Node] = []
  package private(set) var replacements: [ValueID: ValueID] = [:]

  /// An empty change of `graph`.
  package init(_ graph: Graph) {
    valueCount = graph.values.count
    nodeCount = graph.nextNode
  }

  /// A new constant.
  package mutating func constant(_ tensor: Tensor, name: String) -> ValueID {
    values.append(
      ValueRecord(name: name, type: .tensor(tensor.elementType, tensor.shape), constant: tensor))
    return ValueID(valueCount + values.count - 1)
  }

  /// A new constant that is rounded when the optimization stage ends.
  package mutating func constant(_ folded: FoldableConstant, name: String) -> ValueID {
    var folded: FoldableConstant = folded
    if folded.quantized != nil, let values = folded.doubles {
      folded = FoldableConstant(exact: values, elementType: folded.elementType, shape: folded.shape)
    }
    var record = ValueRecord(
      name: name, type: .tensor(folded.elementType, folded.shape), constant: folded.tensor)
    record.pending = folded.isPending ? folded : nil
    values.append(record)
    return ValueID(valueCount + values.count - 1)
  }

  /// A new node with one value for each name in `outputNames`; nil is an output left out.
  package mutating func add(
    _ op: any Operator, name: String, inputs: [ValueID?], outputNames: [String?]
  ) -> [ValueID?] {
    let id = NodeID(nodeCount + nodes.count)
    var outputs: [ValueID?] = []
    for outputName in outputNames {
      guard let outputName else {
        outputs.append(nil)
        continue
      }
      var record = ValueRecord(name: outputName)
      record.producer = id
      values.append(record)
      outputs.append(ValueID(valueCount + values.count - 1))
    }
    nodes.append(Node(id: id, name: name, op: op, inputs: inputs, outputs: outputs))
    return outputs
  }

  /// A new node with one output.
  package mutating func add(_ op: any Operator, name: String, inputs: [ValueID?], outputName: String)
    -> ValueID
  {
    let id = NodeID(nodeCount + nodes.count)
    var record = ValueRecord(name: outputName)
    record.producer = id
    values.append(record)
    let output = ValueID(valueCount + values.count - 1)
    nodes.append(Node(id: id, name: name, op: op, inputs: inputs, outputs: [output]))
    return output
  }

  /// Sends all uses of `old`, in nodes and as graph output, to `new`.
  package mutating func replace(_ old: ValueID, by new: ValueID) { replacements[old] = new }
}

extension Graph {
  /// The graph after `patch`, which was described for this very graph: nodes in topological order, without
  /// those that nobody needs, types of new nodes inferred. Throws where the result would not be a graph
  /// (a cycle) or an operator refuses its inputs.
  package consuming func applying(_ patch: GraphPatch, inference: GraphInference) throws(GraphError) -> Graph
  {
    var graph: Graph = self
    graph.identity = GraphIdentity()
    graph.foldedBytes += patch.foldedBytes
    graph.values += patch.values
    graph.nodes += patch.nodes
    graph.nextNode += patch.nodes.count
    func target(_ value: ValueID) -> ValueID {
      var value: ValueID = value
      var steps: Int = 0
      while let next = patch.replacements[value], steps <= patch.replacements.count {
        value = next
        steps += 1
      }
      return value
    }
    let firstNew: Int = graph.nodes.count - patch.nodes.count
    if !patch.replacements.isEmpty {
      // New nodes were written with the values they mean; only what was there before is redirected.
      for position in 0..<firstNew {
        for (index, input) in graph.nodes[position].inputs.enumerated() {
          if let input, patch.replacements[input] != nil {
            graph.nodes[position].inputs[index] = target(input)
          }
        }
      }
      graph.outputs = graph.outputs.map(target)
    }
    try graph.sortAndPrune()
    if !patch.nodes.isEmpty {
      try inference.infer(nodes: Set(patch.nodes.map(\.id)), in: &graph)
    }
    return graph
  }

  /// Puts the nodes into a topological order that keeps the present one where it can, and drops those
  /// whose outputs nobody needs.
  private mutating func sortAndPrune() throws(GraphError) {
    var producer = [Int](repeating: -1, count: values.count)
    for (position, node) in nodes.enumerated() {
      for case let output? in node.outputs { producer[output.index] = position }
    }
    var state = [UInt8](repeating: 0, count: nodes.count)
    var order: [Int] = []
    order.reserveCapacity(nodes.count)
    // Depth first, without recursion: a graph can be a chain of any length.
    var stack: [(position: Int, next: Int)] = []
    var roots: [Int] = outputs.map { producer[$0.index] }.filter { $0 >= 0 }
    roots.sort()
    for root in roots where state[root] == 0 {
      stack.append((root, 0))
      state[root] = 1
      while let (position, next) = stack.last {
        let inputs: [ValueID?] = nodes[position].inputs
        if next == inputs.count {
          state[position] = 2
          order.append(position)
          stack.removeLast()
          continue
        }
        stack[stack.count - 1].next += 1
        guard let input = inputs[next] else { continue }
        let source: Int = producer[input.index]
        guard source >= 0, state[source] != 2 else { continue }
        guard state[source] == 0 else {
          throw GraphError(.invalidGraph, "the nodes form a cycle", at: nodes[position].place)
        }
        state[source] = 1
        stack.append((source, 0))
      }
    }
    // What stood in a valid order keeps it.
    var seen = [Bool](repeating: false, count: nodes.count)
    let kept: [Int] = order.sorted()
    let stable: Bool = kept.allSatisfy { position in
      for case let input? in nodes[position].inputs {
        let source: Int = producer[input.index]
        if source >= 0, !seen[source] { return false }
      }
      seen[position] = true
      return true
    }
    nodes = (stable ? kept : order).map { nodes[$0] }
  }

  /// The same graph with everything that was folded into constants rounded to their types. `visit` is told
  /// each constant's name, what it was and what it has become.
  package func roundingConstants(_ visit: (String, FoldableConstant, Tensor) -> Void = { _, _, _ in })
    -> Graph
  {
    var graph: Graph = self
    for index in values.indices {
      guard let pending = values[index].pending else { continue }
      let rounded: Tensor = pending.rounded
      visit(values[index].name, pending, rounded)
      graph.values[index].constant = rounded
      graph.values[index].pending = nil
    }
    return graph
  }

  /// The same graph without the records of values that nothing refers to, renumbered.
  package func compacted() -> Graph {
    var graph: Graph = self
    var map = [Int](repeating: -1, count: values.count)
    var used = [Bool](repeating: false, count: values.count)
    for id in inputs + outputs { used[id.index] = true }
    for node in nodes {
      for case let value? in node.inputs + node.outputs { used[value.index] = true }
    }
    graph.values = []
    for index in values.indices where used[index] {
      map[index] = graph.values.count
      graph.values.append(values[index])
    }
    func moved(_ id: ValueID) -> ValueID { ValueID(map[id.index]) }
    graph.inputs = inputs.map(moved)
    graph.outputs = outputs.map(moved)
    for position in graph.nodes.indices {
      graph.nodes[position].inputs = nodes[position].inputs.map { $0.map(moved) }
      graph.nodes[position].outputs = nodes[position].outputs.map { $0.map(moved) }
    }
    graph.identity = GraphIdentity()
    return graph
  }

  /// The same graph with another operator in the place of each for which `change` gives one.
  package func replacingOperators(_ change: (Node) -> (any Operator)?) -> Graph {
    var graph: Graph = self
    var changed: Bool = false
    for position in nodes.indices {
      guard let op = change(nodes[position]) else { continue }
      graph.nodes[position].op = op
      changed = true
    }
    if changed { graph.identity = GraphIdentity() }
    return graph
  }
}
