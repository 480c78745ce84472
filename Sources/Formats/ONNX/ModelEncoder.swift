internal import Models
internal import Tensors

/// Writes a `Model` as ONNX's `ModelProto`; the reverse of `ModelDecoder`.
struct ModelEncoder {
  let writer: WireWriter
  let isAligned: Bool
  /// Where initializers go that don't stay in the file; nil keeps all in it.
  let data: ExternalDataLayout?

  func model(_ model: Model) throws(FormatError) {
    if let version = model.irVersion { try writer.integer(1, version) }
    try writer.text(2, model.producerName)
    try writer.text(3, model.producerVersion)
    try writer.text(4, model.domain)
    if let version = model.modelVersion { try writer.integer(5, version) }
    try writer.text(6, model.docString)
    try operatorSets(8, model.opsetImports)
    try entries(14, model.metadata)
    for info in model.trainingInfo {
      try writer.message(20) { () throws(FormatError) in try trainingInfo(info) }
    }
    for item in model.functions { try writer.message(25) { () throws(FormatError) in try function(item) } }
    for item in model.configurations {
      try writer.message(26) { () throws(FormatError) in
        try writer.text(1, item.name)
        try writer.integer(2, Int64(item.deviceCount))
        try writer.texts(3, item.devices)
      }
    }
    try writer.message(7) { () throws(FormatError) in try graph(model.graph) }
  }

  func entries(_ field: Int, _ entries: [MetadataEntry]) throws(FormatError) {
    for entry in entries {
      try writer.message(field) { () throws(FormatError) in
        try writer.text(1, entry.key)
        try writer.text(2, entry.value)
      }
    }
  }

  private func operatorSets(_ field: Int, _ sets: [OperatorSetID]) throws(FormatError) {
    for set in sets {
      try writer.message(field) { () throws(FormatError) in
        try writer.text(1, set.domain)
        try writer.integer(2, set.version)
      }
    }
  }

  private func trainingInfo(_ info: TrainingInfo) throws(FormatError) {
    if let graph = info.initialization {
      try writer.message(1) { () throws(FormatError) in try self.graph(graph) }
    }
    if let graph = info.algorithm {
      try writer.message(2) { () throws(FormatError) in try self.graph(graph) }
    }
    try entries(3, info.initializationBindings)
    try entries(4, info.updateBindings)
  }

  private func function(_ function: ModelFunction) throws(FormatError) {
    do {
      try writer.text(1, function.name)
      try writer.texts(4, function.inputs)
      try writer.texts(5, function.outputs)
      try writer.texts(6, function.attributes)
      for node in function.nodes { try writer.message(7) { () throws(FormatError) in try self.node(node) } }
      try writer.text(8, function.docString)
      try operatorSets(9, function.opsetImports)
      try writer.text(10, function.domain)
      for item in function.attributeDefaults {
        try writer.message(11) { () throws(FormatError) in try attribute(item) }
      }
      for info in function.valueInfos {
        try writer.message(12) { () throws(FormatError) in try valueInfo(info) }
      }
      try writer.text(13, function.overload)
      try entries(14, function.metadata)
    } catch {
      throw error.within("function '\(function.name)'")
    }
  }
}
