internal import Graphs
internal import Models
internal import Operators
internal import Tensors

extension NameScope {
  /// Adds `nodes` in an order in which every value is defined before it is used. `declared` says types of
  /// values.
  func importNodes(_ nodes: [ModelNode], declared: [ValueInfo]) {
    var types: [String: ValueInfo] = [:]
    for info in declared where info.type != nil { types[info.name] = info }
    let order: NodeOrder = NodeOrder(nodes)
    if let cycle = order.cycle {
      session.report(
        ImportError(
          .cycle, "\(order.cycleCount) nodes need each other's results", at: place(of: nodes[cycle])))
    }
    for index in order.positions { importNode(nodes[index], types) }
  }

  private func place(of node: ModelNode, version: Int? = nil) -> GraphPlace {
    let name: String = node.name ?? ""
    let output: String? = name.isEmpty ? node.outputs.first { !$0.isEmpty } : nil
    let domain: String = OperatorSets.canonical(node.domain)
    return GraphPlace(
      node: name.isEmpty ? nil : prefix + name,
      op: domain.isEmpty ? node.opType : "\(domain)::\(node.opType)", opset: version,
      value: output.map { prefix + $0 })
  }

  private func importNode(_ node: ModelNode, _ types: [String: ValueInfo]) {
    let domain: String = OperatorSets.canonical(node.domain)
    let here: GraphPlace = place(of: node)
    var inputs: [ValueID?] = node.inputs.map { name in
      if name.isEmpty { return nil }
      switch lookUp(name) {
      case .value(let id): return id
      case .absent: return nil
      case nil:
        session.report(
          ImportError(.undefinedName, "the input '\(name)' is defined nowhere", at: here))
        return defineStandIn(name)
      }
    }
    while case .some(.none) = inputs.last { inputs.removeLast() }
    let key = ImportSession.FunctionKey(domain: domain, name: node.opType, overload: node.overload ?? "")
    let outputs: [ValueID?]
    if let definition = OperatorSet.definition(node.opType, domain: domain) {
      outputs = add(definition, node, domain: domain, inputs: inputs, types, here) ?? undefined(node)
    } else if let function = session.functions[key] {
      outputs = inline(function, key: key, node: node, inputs: inputs, place: here)
    } else {
      _ = attributes(of: node, place: here)
      session.reportUnsupported(node.opType, domain: domain, version: operatorSets[domain], at: here)
      outputs = undefined(node)
    }
    declare(node, outputs, types)
    for (name, id) in zip(node.outputs, outputs) where !name.isEmpty {
      if let id { define(name, .value(id)) }
    }
  }

  /// Gives values that nothing is known of yet the types that the model declares for them.
  private func declare(_ node: ModelNode, _ outputs: [ValueID?], _ types: [String: ValueInfo]) {
    for (name, id) in zip(node.outputs, outputs) where !name.isEmpty {
      guard let id, owner.builder.graph[id].type == nil, let info = types[name],
        let type = declaredType(info)
      else { continue }
      owner.builder.setType(type, of: id)
      owner.declared[id] = type
    }
  }

  /// Values that stand for the outputs of a node that could not be added.
  func undefined(_ node: ModelNode) -> [ValueID?] {
    node.outputs.map { $0.isEmpty ? nil : owner.builder.addUndefined(name: prefix + $0) }
  }

  /// Adds a node of a known operator and infers what it gives; nil where it was refused and reported.
  private func add(
    _ definition: any OperatorDefinition.Type, _ node: ModelNode, domain: String, inputs: [ValueID?],
    _ types: [String: ValueInfo], _ here: GraphPlace
  ) -> [ValueID?]? {
    let version: Int = session.version(of: domain, in: operatorSets, at: here)
    var place: GraphPlace = here
    place.opset = version
    guard let attributes = attributes(of: node, place: place) else { return nil }
    let first: Int = owner.builder.graph.nodes.count
    let outputs: [ValueID?]
    do throws(GraphError) {
      try checkOutputs(node, definition.schema, place)
      let name: String = node.name ?? ""
      outputs = try owner.builder.addNode(
        definition, name: name.isEmpty ? "" : prefix + name, version: version, attributes: attributes,
        inputs: inputs, outputNames: node.outputs.map { $0.isEmpty ? nil : prefix + $0 })
    } catch {
      if error.code == .unsupportedForm || error.code == .unsupportedOperator {
        session.reportUnsupported(error, node.opType, domain: domain, version: version)
      } else {
        session.report(ImportError(error, at: place))
      }
      return nil
    }
    declare(node, outputs, types)
    do throws(GraphError) {
      try owner.builder.infer(with: session.inference, from: first, prefix: owner.symbolPrefix)
    } catch {
      // Inside a subgraph types are only declared; the node that holds it finds what is really wrong.
      if owner.parent == nil { session.report(ImportError(error, at: place)) }
    }
    return outputs
  }

  private func checkOutputs(_ node: ModelNode, _ schema: OperatorSchema, _ place: GraphPlace)
    throws(GraphError)
  {
    let isVariadic: Bool = schema.outputs.last?.presence == .variadic
    guard isVariadic || node.outputs.count <= schema.outputs.count else {
      throw GraphError(
        .invalidGraph,
        "expected at most \(schema.outputs.count) outputs, found \(node.outputs.count)", at: place)
    }
  }
}
