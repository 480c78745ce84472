package import Tensors

/// Builds a graph from its inputs on: every value is defined before it is used.
package struct GraphBuilder {
  package private(set) var graph: Graph

  package init(name: String) { graph = Graph(name: name) }

  package mutating func addInput(name: String, type: ValueType?) -> ValueID {
    let id: ValueID = addValue(ValueRecord(name: name, type: type))
    graph.inputs.append(id)
    return id
  }

  package mutating func addConstant(_ tensor: Tensor, name: String = "") -> ValueID {
    addValue(ValueRecord(name: name, type: .tensor(tensor.elementType, tensor.shape), constant: tensor))
  }

  /// Appends a node and returns its outputs, one for each name; nil names an output left out. An empty
  /// name is made up from the node's.
  package mutating func add(
    _ op: any Operator, name: String = "", inputs: [ValueID?], outputNames: [String?]
  ) -> [ValueID?] {
    let id = NodeID(graph.nextNode)
    graph.nextNode += 1
    var outputs: [ValueID?] = []
    for (index, outputName) in outputNames.enumerated() {
      guard let outputName else {
        outputs.append(nil)
        continue
      }
      let made: String = name.isEmpty ? "n\(id.index).\(index)" : "\(name).\(index)"
      var record = ValueRecord(name: outputName.isEmpty ? made : outputName)
      record.producer = id
      outputs.append(addValue(record))
    }
    graph.nodes.append(Node(id: id, name: name, op: op, inputs: inputs, outputs: outputs))
    return outputs
  }

  /// Appends a node of the operator type `Op`, built from attributes in its newest form, with
  /// `outputCount` outputs. For expansions.
  package mutating func add<Op: Operator>(
    _ type: Op.Type, _ attributes: [Attribute] = [], inputs: [ValueID?], outputCount: Int = 1
  ) throws(GraphError) -> [ValueID] {
    var constants: [Tensor] = []
    let base: Int = graph.values.count
    let facts: [ValueID: (type: ValueType?, constant: Tensor?)] = facts(of: inputs)
    var reader = NodeReader(
      name: "", opType: Op.schema.name, version: Op.schema.sinceVersions.last ?? 1, inputs: inputs,
      wantsOutput: Array(repeating: true, count: outputCount),
      attributes: Dictionary(attributes.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 }),
      types: { facts[$0] ?? (nil, nil) },
      addConstant: { tensor in
        constants.append(tensor)
        return ValueID(base + constants.count - 1)
      })
    let op = try Op(&reader)
    for tensor in constants { _ = addConstant(tensor) }
    return add(op, inputs: reader.inputs, outputNames: Array(repeating: "", count: outputCount))
      .compactMap { $0 }
  }

  package mutating func setType(_ type: ValueType, of value: ValueID) { graph[value].type = type }
  package mutating func setKnown(_ known: KnownValue?, of value: ValueID) { graph[value].known = known }
  package mutating func setName(_ name: String, of value: ValueID) { graph[value].name = name }
  /// Says which values are the graph's outputs, and what users call them (nil: as the values are named).
  package mutating func setOutputs(_ outputs: [ValueID], names: [String]? = nil) {
    graph.outputs = outputs
    graph.outputNames = names ?? outputs.map { graph[$0].name }
  }

  /// What is known of the inputs of a node that is being added. The node's reader holds this rather than
  /// the graph, which would be copied by the first change.
  func facts(of inputs: [ValueID?]) -> [ValueID: (type: ValueType?, constant: Tensor?)] {
    var facts: [ValueID: (type: ValueType?, constant: Tensor?)] = [:]
    for case .some(let id) in inputs { facts[id] = (graph[id].type, graph[id].constant) }
    return facts
  }

  /// Adds a value that nothing defines: it stands for the result of a node that could not be added, so
  /// that the nodes after it can still be checked. A graph with such a value can't run.
  package mutating func addUndefined(name: String, type: ValueType? = nil) -> ValueID {
    addValue(ValueRecord(name: name, type: type))
  }

  /// Infers the nodes from position `first` on. Symbols for what only the data tell start with `prefix`.
  package mutating func infer(with inference: GraphInference, from first: Int, prefix: String = "?")
    throws(GraphError)
  {
    try inference.extend(&graph, from: first, prefix: prefix)
  }

  private mutating func addValue(_ record: ValueRecord) -> ValueID {
    var record: ValueRecord = record
    let id = ValueID(graph.values.count)
    if record.name.isEmpty { record.name = "v\(id.index)" }
    graph.values.append(record)
    return id
  }
}
