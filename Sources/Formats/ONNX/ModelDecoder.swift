internal import CONNX
internal import Models
internal import Tensors

/// Turns protobuf-c's structures into a `Model`. Strings and lists are copied, payloads are not: they become
/// slices of the file, or of the files that hold external data.
struct ModelDecoder {
  let payloads: PayloadTable
  let payload: PayloadDecoder
  /// nil leaves external data unresolved.
  let external: ExternalFiles?

  typealias List<Element> = UnsafeMutablePointer<UnsafeMutablePointer<Element>?>

  func model(_ source: Onnx__ModelProto) throws(FormatError) -> Model {
    guard let graph = source.graph else {
      throw FormatError(.invalid, "expected a model with a graph, found none")
    }
    var model = Model(graph: try self.graph(graph.pointee))
    model.irVersion = source.has_ir_version != 0 ? source.ir_version : nil
    model.opsetImports = list(source.n_opset_import, source.opset_import, operatorSet)
    model.producerName = text(source.producer_name)
    model.producerVersion = text(source.producer_version)
    model.domain = text(source.domain)
    model.modelVersion = source.has_model_version != 0 ? source.model_version : nil
    model.docString = text(source.doc_string)
    model.metadata = entries(source.n_metadata_props, source.metadata_props)
    model.trainingInfo = try list(source.n_training_info, source.training_info, trainingInfo)
    model.functions = try list(source.n_functions, source.functions, function)
    model.configurations = list(source.n_configuration, source.configuration) { configuration in
      DeviceConfiguration(
        name: text(configuration.name) ?? "", deviceCount: configuration.num_devices,
        devices: texts(configuration.n_device, configuration.device))
    }
    return model
  }

  func text(_ source: UnsafeMutablePointer<CChar>?) -> String? { source.map { String(cString: $0) } }

  func texts(_ count: Int, _ source: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> [String] {
    guard let source else { return [] }
    return (0..<count).map { text(source[$0]) ?? "" }
  }

  func list<Source, Result, Failure: Error>(
    _ count: Int, _ source: List<Source>?, _ convert: (Source) throws(Failure) -> Result
  ) throws(Failure) -> [Result] {
    guard let source, count > 0 else { return [] }
    var results: [Result] = []
    results.reserveCapacity(count)
    for index in 0..<count {
      if let item = source[index] { results.append(try convert(item.pointee)) }
    }
    return results
  }

  func entries(_ count: Int, _ source: List<Onnx__StringStringEntryProto>?) -> [MetadataEntry] {
    list(count, source) { MetadataEntry(key: text($0.key) ?? "", value: text($0.value) ?? "") }
  }

  func operatorSet(_ source: Onnx__OperatorSetIdProto) -> OperatorSetID {
    OperatorSetID(domain: text(source.domain) ?? "", version: source.version)
  }

  private func trainingInfo(_ source: Onnx__TrainingInfoProto) throws(FormatError) -> TrainingInfo {
    var info = TrainingInfo()
    if let graph = source.initialization { info.initialization = try self.graph(graph.pointee) }
    if let graph = source.algorithm { info.algorithm = try self.graph(graph.pointee) }
    info.initializationBindings = entries(source.n_initialization_binding, source.initialization_binding)
    info.updateBindings = entries(source.n_update_binding, source.update_binding)
    return info
  }

  private func function(_ source: Onnx__FunctionProto) throws(FormatError) -> ModelFunction {
    var function = ModelFunction(name: text(source.name) ?? "", domain: text(source.domain) ?? "")
    do {
      function.overload = text(source.overload)
      function.inputs = texts(source.n_input, source.input)
      function.outputs = texts(source.n_output, source.output)
      function.attributes = texts(source.n_attribute, source.attribute)
      function.attributeDefaults = try list(source.n_attribute_proto, source.attribute_proto, attribute)
      function.nodes = try list(source.n_node, source.node, node)
      function.docString = text(source.doc_string)
      function.opsetImports = list(source.n_opset_import, source.opset_import, operatorSet)
      function.valueInfos = try list(source.n_value_info, source.value_info, valueInfo)
      function.metadata = entries(source.n_metadata_props, source.metadata_props)
      return function
    } catch {
      throw error.within("function '\(function.name)'")
    }
  }
}
