internal import Tensors

/// A graph as text: inputs, constants, a line for each node with its attributes and the types of its
/// results, outputs; the graphs inside operators are indented below their node.
package struct GraphDump {
  private let graph: Graph
  private let indent: String
  private let names: [String]

  package init(_ graph: Graph) { self.init(graph, indent: "") }

  private init(_ graph: Graph, indent: String) {
    self.graph = graph
    self.indent = indent
    names = GraphNames(graph).names
  }

  package func write(to text: inout String) {
    text += "\(indent)graph \(AttributeValue.quoted(graph.name))\n"
    for id in graph.inputs { line("input \(name(id)): \(type(id))", &text) }
    let inputs: Set<ValueID> = Set(graph.inputs)
    for index in graph.values.indices where !inputs.contains(ValueID(index)) {
      guard let constant = graph.values[index].constant else { continue }
      line("constant \(names[index]): \(constant.summary)", &text)
    }
    for node in graph.nodes { write(node, to: &text) }
    for (label, id) in zip(graph.outputNames, graph.outputs) {
      line("output \(AttributeValue.quoted(label)) = \(name(id)): \(type(id))", &text)
    }
  }

  private func write(_ node: Node, to text: inout String) {
    let results: String = node.outputs.map { $0.map { name($0) } ?? "_" }.joined(separator: ", ")
    let arguments: String = node.inputs.map { $0.map { name($0) } ?? "_" }.joined(separator: ", ")
    var attributes: [String] = []
    for attribute in node.op.attributes {
      if case .graph = attribute.value { continue }
      attributes.append("\(attribute.name)=\(attribute.value.summary)")
    }
    let braces: String = attributes.isEmpty ? "" : " {\(attributes.joined(separator: ", "))}"
    let types: String = node.outputs.compactMap { $0.map { known($0) } }.joined(separator: ", ")
    let label: String = node.name.isEmpty ? "" : "  # \(AttributeValue.quoted(node.name))"
    line("\(results) = \(node.opName)(\(arguments))\(braces): \(types)\(label)", &text)
    guard let op = node.op as? any SubgraphOperator else { return }
    for subgraph in op.subgraphs {
      GraphDump(subgraph.graph, indent: indent + "    ").write(to: &text)
    }
  }

  private func name(_ id: ValueID) -> String { names[id.index] }

  private func type(_ id: ValueID) -> String { graph[id].type?.description ?? "unknown" }

  /// The type, and what is known of a value of a shape computation.
  private func known(_ id: ValueID) -> String {
    guard graph[id].constant == nil, let known = graph[id].known else { return type(id) }
    switch known {
    case .tensor(let tensor): return "\(tensor.summary) (known)"
    case .dimensions(let dimensions, _):
      return "\(type(id)) {\(dimensions.map(\.description).joined(separator: ", "))}"
    }
  }

  private func line(_ content: String, _ text: inout String) { text += "\(indent)  \(content)\n" }
}

/// A name for each value of a graph by which it can be told from all others: its own with `%` before it,
/// and its number behind where it has none or shares it.
package struct GraphNames {
  package let names: [String]

  package init(_ graph: Graph) {
    var counts: [String: Int] = [:]
    for value in graph.values { counts[value.name, default: 0] += 1 }
    names = graph.values.enumerated().map { index, value in
      let isClear: Bool = !value.name.isEmpty && counts[value.name] == 1
      let safe: String = value.name.unicodeScalars.map { scalar in
        scalar == " " || scalar == "," || scalar.properties.generalCategory == .control ? "_" : String(scalar)
      }.joined()
      return isClear ? "%\(safe)" : "%\(safe)#\(index)"
    }
  }
}
