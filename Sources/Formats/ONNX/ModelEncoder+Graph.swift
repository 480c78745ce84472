internal import Models

/// Graphs, nodes and attributes.
extension ModelEncoder {
  func graph(_ graph: ModelGraph) throws(FormatError) {
    for node in graph.nodes { try writer.message(1) { () throws(FormatError) in try self.node(node) } }
    try writer.text(2, graph.name)
    for item in graph.initializers {
      try writer.message(5) { () throws(FormatError) in try tensor(item, isInitializer: true) }
    }
    try writer.text(10, graph.docString)
    for info in graph.inputs { try writer.message(11) { () throws(FormatError) in try valueInfo(info) } }
    for info in graph.outputs { try writer.message(12) { () throws(FormatError) in try valueInfo(info) } }
    for info in graph.valueInfos { try writer.message(13) { () throws(FormatError) in try valueInfo(info) } }
    for annotation in graph.quantizationAnnotations {
      try writer.message(14) { () throws(FormatError) in
        try writer.text(1, annotation.tensorName)
        try entries(2, annotation.parameterTensorNames)
      }
    }
    for item in graph.sparseInitializers {
      try writer.message(15) { () throws(FormatError) in try sparseTensor(item) }
    }
    try entries(16, graph.metadata)
  }

  func node(_ node: ModelNode) throws(FormatError) {
    try writer.texts(1, node.inputs)
    try writer.texts(2, node.outputs)
    try writer.text(3, node.name)
    try writer.text(4, node.opType)
    do {
      for item in node.attributes {
        try writer.message(5) { () throws(FormatError) in try attribute(item) }
      }
    } catch {
      throw error.within("node '\(node.name ?? node.outputs.first ?? "")' (\(node.opType))")
    }
    try writer.text(6, node.docString)
    if !node.domain.isEmpty { try writer.text(7, node.domain) }
    try writer.text(8, node.overload)
    try entries(9, node.metadata)
    for item in node.deviceConfigurations {
      try writer.message(10) { () throws(FormatError) in try deviceConfiguration(item) }
    }
  }

  func attribute(_ attribute: ModelAttribute) throws(FormatError) {
    try writer.text(1, attribute.name)
    try writer.text(13, attribute.docString)
    do {
      try writer.integer(20, Int64(try value(attribute.value)))
    } catch {
      throw error.within("attribute '\(attribute.name)'")
    }
  }

  /// Writes the field of a value and returns ONNX's number for its type.
  private func value(_ value: ModelAttributeValue) throws(FormatError) -> Int32 {
    switch value {
    case .float(let value):
      try writer.float(2, value)
      return 1
    case .int(let value):
      try writer.integer(3, value)
      return 2
    case .string(let value):
      try writer.bytes(4, value)
      return 3
    case .tensor(let value):
      try writer.message(5) { () throws(FormatError) in try tensor(value) }
      return 4
    case .graph(let value):
      try writer.message(6) { () throws(FormatError) in try graph(value) }
      return 5
    case .floats(let values):
      try writer.floats(7, values)
      return 6
    case .ints(let values):
      try writer.integers(8, values)
      return 7
    case .strings(let values):
      for value in values { try writer.bytes(9, value) }
      return 8
    case .tensors(let values):
      for item in values { try writer.message(10) { () throws(FormatError) in try tensor(item) } }
      return 9
    case .graphs(let values):
      for item in values { try writer.message(11) { () throws(FormatError) in try graph(item) } }
      return 10
    case .sparseTensor(let value):
      try writer.message(22) { () throws(FormatError) in try sparseTensor(value) }
      return 11
    case .sparseTensors(let values):
      for item in values { try writer.message(23) { () throws(FormatError) in try sparseTensor(item) } }
      return 12
    case .type(let value):
      try writer.message(14) { () throws(FormatError) in try type(value) }
      return 13
    case .types(let values):
      for item in values { try writer.message(15) { () throws(FormatError) in try type(item) } }
      return 14
    case .reference(let name, let type):
      try writer.text(21, name)
      return type
    }
  }

  private func deviceConfiguration(_ configuration: NodeDeviceConfiguration) throws(FormatError) {
    try writer.text(1, configuration.configurationID)
    for sharding in configuration.shardings {
      try writer.message(2) { () throws(FormatError) in
        try writer.text(1, sharding.tensorName)
        try writer.integers(2, sharding.devices)
        for group in sharding.deviceGroups {
          try writer.message(3) { () throws(FormatError) in
            try writer.integer(1, group.key)
            try writer.integers(2, group.values)
          }
        }
        for dimension in sharding.dimensions {
          try writer.message(4) { () throws(FormatError) in try shardedDimension(dimension) }
        }
      }
    }
    if let stage = configuration.pipelineStage { try writer.integer(3, Int64(stage)) }
  }

  private func shardedDimension(_ dimension: NodeDeviceConfiguration.Dimension) throws(FormatError) {
    if let axis = dimension.axis { try writer.integer(1, axis) }
    for sharding in dimension.shardings {
      try writer.message(2) { () throws(FormatError) in
        switch sharding.dimension.extent {
        case .value(let value): try writer.integer(1, value)
        case .parameter(let name): try writer.text(2, name)
        case .unknown: break
        }
        if let count = sharding.shardCount { try writer.integer(3, count) }
      }
    }
  }
}
