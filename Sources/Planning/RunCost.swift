package import Graphs
internal import Tensors

/// What one run of a graph takes, told from its shapes alone, without a plan.
package struct RunCost: Sendable {
  /// Arithmetic operations, a multiply-add counting two; bodies of loops and branches aside.
  package var flops: Int
  /// The most bytes of computed values that live at the same time, when nodes run in the graph's order.
  package var activationBytes: Int
  /// Bytes that all nodes read and write at the least, weights included; bodies of loops and branches aside.
  package var movedBytes: Int
  /// Whether the graph has loops or branches.
  package var hasSubgraphs: Bool
}

extension Graph {
  /// The cost of a run; nil where a shape is unknown.
  package var runCost: RunCost? {
    var cost = RunCost(flops: 0, activationBytes: 0, movedBytes: 0, hasSubgraphs: false)
    var lastUse: [Int] = Array(repeating: -1, count: values.count)
    // A value that shares its input's memory is its input.
    var root: [Int] = Array(values.indices)
    for (position, node) in nodes.enumerated() {
      for case let input? in node.inputs { lastUse[root[input.index]] = position }
      if let alias = node.op as? any AliasingOperator, alias.aliasedInput < node.inputs.count,
        let input = node.inputs[alias.aliasedInput], let output = node.outputs.first, let output
      {
        root[output.index] = root[input.index]
      }
    }
    for output in outputs { lastUse[root[output.index]] = nodes.count }
    var dying: [Int: Int] = [:]
    var live: Int = 0
    for (position, node) in nodes.enumerated() {
      if node.op is any SubgraphOperator { cost.hasSubgraphs = true }
      var isComputed: Bool = false
      for case let output? in node.outputs where self[output].knownValue?.tensor == nil {
        guard let type = self[output].type?.elementType, let shape = self[output].type?.shape else {
          return nil
        }
        isComputed = true
        guard root[output.index] == output.index else { continue }
        let bytes: Int = type.byteCount(of: shape.count) ?? 0
        live &+= bytes
        dying[max(lastUse[output.index], position), default: 0] &+= bytes
      }
      if isComputed {
        let own: Cost = self.cost(of: node)
        cost.flops &+= own.flops
        cost.movedBytes &+= own.bytes
      }
      cost.activationBytes = max(cost.activationBytes, live)
      live &-= dying[position] ?? 0
    }
    return cost
  }
}
