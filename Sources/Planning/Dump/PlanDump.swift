package import Graphs
internal import Tensors

/// A plan as text: what memory it takes, and for each step the operator, where its inputs and outputs lie,
/// and what it costs.
package struct PlanDump {
  private let plan: Plan
  private let names: [String]
  private let nodes: [NodeID: Node]

  package init(_ plan: Plan) {
    self.plan = plan
    nodes = Dictionary(plan.graph.nodes.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    names = GraphNames(plan.graph).names
  }

  package func write(to text: inout String) {
    let kind: String = plan.isStatic ? "static" : "with steps whose shapes depend on data"
    text += "plan \"\(plan.graph.name)\": \(plan.steps.count) steps, \(kind)\n"
    text += "  arena \(plan.arenaBytes) bytes, scratch \(plan.scratchBytes) bytes a worker\n"
    for id in plan.graph.inputs { text += "  input \(described(id))\n" }
    for (index, step) in plan.steps.enumerated() {
      var line: String = "  step \(index): \(step.place.op ?? "?")"
      if let name = step.place.node, !name.isEmpty { line += " \"\(name)\"" }
      if case .evaluate = step.action { line += " evaluated" }
      text += line + "  \(step.cost.flops) flop, \(step.cost.bytes) bytes\n"
      guard let node = nodes[step.node] else { continue }
      for case let input? in node.inputs { text += "    reads  \(described(input))\n" }
      for case let output? in node.outputs { text += "    writes \(described(output))\n" }
    }
    for (label, id) in zip(plan.graph.outputNames, plan.graph.outputs) {
      text += "  output \"\(label)\" = \(described(id))\n"
    }
  }

  /// The plan as a drawing: its graph without what is known before a run.
  package var drawing: Drawing { plan.graph.drawing }

  private func described(_ id: ValueID) -> String {
    let type: String = plan.graph[id].type?.description ?? "unknown"
    return "\(names[id.index]): \(type) \(location(id))"
  }

  private func location(_ id: ValueID) -> String {
    switch plan.locations[id.index] {
    case .none: "nowhere"
    case .constant: "constant"
    case .input(let index): "in input \(index)"
    case .arena(let offset): "at arena + \(offset)"
    case .output(let index): "in output \(index)"
    case .evaluated(let root): "with \(names[root])"
    }
  }
}
