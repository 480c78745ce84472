internal import Graphs
internal import Models
internal import Tensors

/// Writes one graph: its values get names, its nodes become model nodes.
struct GraphExport {
  /// The same bytes under the same type and shape: a constant that need not be written twice.
  private struct ConstantKey: Hashable {
    let address: UnsafeRawPointer
    let type: ElementType
    let shape: Shape
  }

  private let graph: Graph
  private let isMain: Bool
  private var names: [ValueID: String] = [:]
  /// Constants that are written here or in a graph around this one.
  private var constants: [ConstantKey: String]
  private var nodeNames = ExportNames()
  private var result = ModelGraph()

  private init(_ graph: Graph, isMain: Bool, constants: [ConstantKey: String]) {
    self.graph = graph
    self.isMain = isMain
    self.constants = constants
  }

  /// The graph of a model.
  static func main(_ graph: Graph, _ names: inout ExportNames, _ sets: inout ExportedOperatorSets)
    -> ModelGraph
  {
    var export = GraphExport(graph, isMain: true, constants: [:])
    export.nameInterface(&names)
    for id in graph.inputs { export.result.inputs.append(export.info(id)) }
    export.nameOthers(&names)
    export.writeNodes(&names, &sets)
    export.writeOutputs(&names, &sets)
    return export.result
  }

  /// A graph inside a node; `captured` are the outer names of its last inputs.
  private func inner(
    _ subgraph: Subgraph, captured: [String], _ names: inout ExportNames, _ sets: inout ExportedOperatorSets
  ) -> ModelGraph {
    var export = GraphExport(subgraph.graph, isMain: false, constants: constants)
    let inputs: [ValueID] = subgraph.graph.inputs
    for id in inputs.prefix(subgraph.formalInputCount) {
      export.names[id] = names.unique(subgraph.graph[id].name)
      export.result.inputs.append(export.info(id))
    }
    for (id, name) in zip(inputs.dropFirst(subgraph.formalInputCount), captured) { export.names[id] = name }
    export.nameOthers(&names)
    export.writeNodes(&names, &sets)
    export.writeOutputs(&names, &sets)
    return export.result
  }

  /// Inputs and outputs of a model keep their names.
  private mutating func nameInterface(_ allNames: inout ExportNames) {
    for id in graph.inputs { names[id] = allNames.unique(graph[id].name) }
    for (id, name) in zip(graph.outputs, graph.outputNames) where names[id] == nil {
      if graph[id].producer != nil || graph[id].constant != nil { names[id] = allNames.unique(name) }
    }
    for name in graph.outputNames { allNames.reserve(name) }
  }

  /// Names what nodes and outputs use, and writes the constants among it.
  private mutating func nameOthers(_ allNames: inout ExportNames) {
    result.name = graph.name.isEmpty ? "graph" : graph.name
    var used: [ValueID] = graph.outputs
    for node in graph.nodes {
      for case let id? in node.inputs + node.outputs { used.append(id) }
    }
    let outputs = Set(graph.outputs)
    var seen: Set<ValueID> = []
    for id in used where seen.insert(id).inserted {
      guard let constant = graph[id].constant else {
        if names[id] == nil { names[id] = allNames.unique(graph[id].name) }
        continue
      }
      let key = ConstantKey(address: constant.address, type: constant.elementType, shape: constant.shape)
      let canShare: Bool = constant.strings == nil && constant.byteCount > 0
      if names[id] == nil, canShare, !outputs.contains(id), let outer = constants[key] {
        names[id] = outer
        continue
      }
      let name: String = names[id] ?? allNames.unique(graph[id].name)
      names[id] = name
      if canShare { constants[key] = name }
      result.initializers.append(TypeExport.tensor(constant, name: name))
    }
  }

  private func info(_ id: ValueID, name: String? = nil) -> ValueInfo {
    ValueInfo(name: name ?? names[id] ?? "", type: graph[id].type.map { TypeExport.type($0) })
  }

  private mutating func writeNodes(_ allNames: inout ExportNames, _ sets: inout ExportedOperatorSets) {
    let outputs = Set(graph.outputs)
    for node in graph.nodes {
      result.nodes.append(modelNode(node, &allNames, &sets))
      for case let id? in node.outputs where graph[id].type != nil && !outputs.contains(id) {
        result.valueInfos.append(info(id))
      }
    }
  }

  private mutating func modelNode(
    _ node: Node, _ allNames: inout ExportNames, _ sets: inout ExportedOperatorSets
  )
    -> ModelNode
  {
    let schema: OperatorSchema = type(of: node.op).schema
    var written = ModelNode(opType: schema.name, domain: schema.domain)
    written.name = node.name.isEmpty ? nil : nodeNames.unique(node.name)
    let subgraphs: [Subgraph] = (node.op as? any SubgraphOperator)?.subgraphs ?? []
    let ownCount: Int = subgraphs.map(\.firstCapture).min() ?? node.inputs.count
    written.inputs = node.inputs.prefix(ownCount).map { id in id.flatMap { names[$0] } ?? "" }
    while written.inputs.last == "" { written.inputs.removeLast() }
    sets.require(
      node.op,
      types: (node.inputs + node.outputs).compactMap { id in
        id.flatMap { graph[$0].type?.innermostElementType }
      }, inputCount: written.inputs.count)
    written.outputs = node.outputs.map { id in id.flatMap { names[$0] } ?? "" }
    if let op = node.op as? any FunctionOperator {
      let overload: String = sets.overload(of: op, given: written.inputs.map { !$0.isEmpty })
      if !overload.isEmpty { written.overload = overload }
      // Checkers want a name, empty or not, for each output of the function.
      while written.outputs.count < schema.outputs.count { written.outputs.append("") }
    }
    for attribute in node.op.attributes {
      written.attributes.append(
        ModelAttribute(attribute.name, value(attribute.value, of: node, &allNames, &sets)))
    }
    return written
  }

  private func value(
    _ value: AttributeValue, of node: Node, _ allNames: inout ExportNames,
    _ sets: inout ExportedOperatorSets
  ) -> ModelAttributeValue {
    switch value {
    case .int(let number): return .int(number)
    case .float(let number): return .float(number)
    case .string(let text): return .string(Array(text.utf8))
    case .tensor(let tensor): return .tensor(TypeExport.tensor(tensor, name: nil))
    case .type(let type): return .type(TypeExport.type(type))
    case .ints(let numbers): return .ints(numbers)
    case .floats(let numbers): return .floats(numbers)
    case .strings(let texts): return .strings(texts.map { Array($0.utf8) })
    case .tensors(let tensors): return .tensors(tensors.map { TypeExport.tensor($0, name: nil) })
    case .graph(let subgraph):
      let captured: [String] = node.inputs[subgraph.captureRange].map { id in id.flatMap { names[$0] } ?? "" }
      return .graph(inner(subgraph, captured: captured, &allNames, &sets))
    }
  }

  /// Writes the outputs. One that can't have its name (a value that is an output twice, or an input under
  /// another name), or that belongs to a graph around, is a copy. So is what a graph inside a node passes on
  /// from an input: ONNX Runtime leaves such an output of a Scan empty.
  private mutating func writeOutputs(_ allNames: inout ExportNames, _ sets: inout ExportedOperatorSets) {
    let formal = Set(result.inputs.map(\.name))
    var written: Set<String> = []
    for (index, id) in graph.outputs.enumerated() {
      let own: String = names[id] ?? ""
      let wanted: String? = isMain && index < graph.outputNames.count ? graph.outputNames[index] : nil
      let isMade: Bool = graph[id].producer != nil || graph[id].constant != nil
      let isOwn: Bool = isMade || isMain && formal.contains(own)
      if isOwn, wanted == nil || wanted == own, written.insert(own).inserted {
        result.outputs.append(info(id))
        continue
      }
      let name: String = wanted ?? allNames.unique(own)
      written.insert(name)
      var copy = ModelNode(opType: "Identity")
      copy.inputs = [own]
      copy.outputs = [name]
      if graph[id].type?.elementType == nil { sets.require(16, of: "") }
      result.nodes.append(copy)
      result.outputs.append(info(id, name: name))
    }
  }
}
