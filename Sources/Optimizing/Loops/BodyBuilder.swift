internal import Graphs
internal import Tensors

/// Builds a new body of Loop or Scan from nodes of an old one: what a copied node reads must have become an
/// input before, or be a constant, or be made by a node copied before.
struct BodyBuilder {
  let source: Graph
  private(set) var builder: GraphBuilder
  private var copies: [ValueID: ValueID] = [:]

  init(_ source: Graph) {
    self.source = source
    builder = GraphBuilder(name: source.name)
  }

  /// Makes `value` of the old body an input of the new one, of its type or of the one given.
  mutating func addInput(_ value: ValueID, type: ValueType? = nil) {
    let record: ValueRecord = source[value]
    copies[value] = builder.addInput(name: record.name, type: type ?? record.type)
  }

  /// Makes an input in the place of `value`, with its type.
  mutating func addConstant(_ tensor: Tensor, for value: ValueID) {
    copies[value] = builder.addConstant(tensor, name: source[value].name)
  }

  /// The copy of `value`; constants are copied when they are first asked for.
  mutating func copy(of value: ValueID) -> ValueID? {
    if let copy = copies[value] { return copy }
    guard let constant = source[value].constant else { return nil }
    let copy: ValueID = builder.addConstant(constant, name: source[value].name)
    copies[value] = copy
    return copy
  }

  /// Copies a node; false where something that it reads is not there.
  mutating func add(_ node: Node) -> Bool {
    var inputs: [ValueID?] = []
    for input in node.inputs {
      guard let input else {
        inputs.append(nil)
        continue
      }
      guard let copy = copy(of: input) else { return false }
      inputs.append(copy)
    }
    let outputs: [ValueID?] = builder.add(
      node.op, name: node.name, inputs: inputs, outputNames: node.outputs.map { $0.map { source[$0].name } })
    for (old, new) in zip(node.outputs, outputs) {
      guard let old, let new else { continue }
      copies[old] = new
      if let type = source[old].type { builder.setType(type, of: new) }
    }
    return true
  }

  /// The body with these outputs of the old one; nil where one is not there.
  mutating func finish(outputs: [ValueID], names: [String]) -> Graph? {
    let copied: [ValueID] = outputs.compactMap { copy(of: $0) }
    guard copied.count == outputs.count else { return nil }
    builder.setOutputs(copied, names: names)
    return builder.graph
  }
}

extension Graph {
  /// The values that these nodes read and those that leave the graph as `outputs`.
  func values(readBy nodes: [Node], outputs: [ValueID]) -> Set<ValueID> {
    var read: Set<ValueID> = Set(outputs)
    for node in nodes {
      for case let input? in node.inputs { read.insert(input) }
    }
    return read
  }
}
