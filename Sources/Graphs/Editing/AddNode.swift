internal import Tensors

extension GraphBuilder {
  /// Adds a node of the operator type `definition` as a model spells it: attributes of operator set
  /// `version` are read, older forms are brought to the newest, expansions are expanded. Returns the
  /// outputs, nil where `outputNames` is.
  package mutating func addNode(
    _ definition: any OperatorDefinition.Type, name: String, version: Int,
    attributes: [String: AttributeValue], inputs: [ValueID?], outputNames: [String?]
  ) throws(GraphError) -> [ValueID?] {
    let schema: OperatorSchema = definition.schema
    let place = GraphPlace(node: name, op: schema.qualifiedName, opset: version)
    for attribute in attributes.keys.sorted() where !schema.attributes.contains(attribute) {
      throw GraphError(.invalidAttribute, "there is no attribute '\(attribute)'", at: place)
    }
    guard let oldest = schema.sinceVersions.first, version >= oldest else {
      throw GraphError(
        .unsupportedForm,
        "version \(version) of the operator set is older than the oldest supported form, \(schema.sinceVersions.first ?? 1)",
        at: place)
    }
    let base: Int = graph.values.count
    let facts: [ValueID: (type: ValueType?, constant: Tensor?)] = facts(of: inputs)
    var constants: [Tensor] = []
    var reader = NodeReader(
      name: name, opType: schema.name, version: version, inputs: inputs,
      wantsOutput: outputNames.map { $0 != nil }, attributes: attributes,
      types: { facts[$0] ?? (nil, nil) },
      addConstant: { tensor in
        constants.append(tensor)
        return ValueID(base + constants.count - 1)
      })
    func flush(_ builder: inout GraphBuilder) {
      for tensor in constants { _ = builder.addConstant(tensor) }
      constants = []
    }
    if let expanded = definition as? any ExpandedOperator.Type {
      return named(try expanded.expand(&reader, into: &self), outputNames, from: base)
    }
    if let legacy = definition as? any LegacyOperator.Type,
      let outputs = try legacy.expandLegacy(&reader, into: &self)
    {
      return named(outputs, outputNames, from: base)
    }
    guard let operatorType = definition as? any Operator.Type else {
      throw GraphError(.unsupportedOperator, "the operator can't be imported", at: place)
    }
    let op: any Operator = try operatorType.init(&reader)
    flush(&self)
    return add(op, name: name, inputs: reader.inputs, outputNames: outputNames)
  }

  /// Gives the outputs of an expansion the names that the model uses, where the expansion made them
  /// (values from `first` on).
  private mutating func named(_ outputs: [ValueID?], _ names: [String?], from first: Int) -> [ValueID?] {
    for (output, name) in zip(outputs, names) {
      if let output, let name, !name.isEmpty, output.index >= first { setName(name, of: output) }
    }
    return zip(outputs, names).map { output, name in name == nil ? nil : output }
  }
}
