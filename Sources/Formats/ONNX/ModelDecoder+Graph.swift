internal import CONNX
internal import Models

/// Graphs and nodes.
extension ModelDecoder {
  func graph(_ source: Onnx__GraphProto) throws(FormatError) -> ModelGraph {
    var graph = ModelGraph()
    graph.name = text(source.name)
    graph.docString = text(source.doc_string)
    graph.nodes = try list(source.n_node, source.node, node)
    graph.initializers = try list(source.n_initializer, source.initializer, tensor)
    graph.sparseInitializers = try list(source.n_sparse_initializer, source.sparse_initializer, sparseTensor)
    graph.inputs = try list(source.n_input, source.input, valueInfo)
    graph.outputs = try list(source.n_output, source.output, valueInfo)
    graph.valueInfos = try list(source.n_value_info, source.value_info, valueInfo)
    graph.quantizationAnnotations = list(source.n_quantization_annotation, source.quantization_annotation) {
      QuantizationAnnotation(
        tensorName: text($0.tensor_name) ?? "",
        parameterTensorNames: entries($0.n_quant_parameter_tensor_names, $0.quant_parameter_tensor_names))
    }
    graph.metadata = entries(source.n_metadata_props, source.metadata_props)
    return graph
  }

  func node(_ source: Onnx__NodeProto) throws(FormatError) -> ModelNode {
    var node = ModelNode(opType: text(source.op_type) ?? "", domain: text(source.domain) ?? "")
    node.name = text(source.name)
    node.overload = text(source.overload)
    node.inputs = texts(source.n_input, source.input)
    node.outputs = texts(source.n_output, source.output)
    do {
      node.attributes = try list(source.n_attribute, source.attribute, attribute)
    } catch {
      throw error.within("node '\(node.name ?? node.outputs.first ?? "")' (\(node.opType))")
    }
    node.docString = text(source.doc_string)
    node.metadata = entries(source.n_metadata_props, source.metadata_props)
    node.deviceConfigurations = list(
      source.n_device_configurations, source.device_configurations, deviceConfiguration)
    return node
  }

  private func deviceConfiguration(_ source: Onnx__NodeDeviceConfigurationProto) -> NodeDeviceConfiguration {
    var configuration = NodeDeviceConfiguration()
    configuration.configurationID = text(source.configuration_id)
    configuration.pipelineStage = source.has_pipeline_stage != 0 ? source.pipeline_stage : nil
    configuration.shardings = list(source.n_sharding_spec, source.sharding_spec) { spec in
      var sharding = NodeDeviceConfiguration.Sharding()
      sharding.tensorName = text(spec.tensor_name)
      sharding.devices = integers(spec.n_device, spec.device)
      sharding.deviceGroups = list(spec.n_index_to_device_group_map, spec.index_to_device_group_map) {
        (key: $0.key, values: integers($0.n_value, $0.value))
      }
      sharding.dimensions = list(spec.n_sharded_dim, spec.sharded_dim, shardedDimension)
      return sharding
    }
    return configuration
  }

  private func shardedDimension(_ source: Onnx__ShardedDimProto) -> NodeDeviceConfiguration.Dimension {
    var dimension = NodeDeviceConfiguration.Dimension()
    dimension.axis = source.has_axis != 0 ? source.axis : nil
    dimension.shardings = list(source.n_simple_sharding, source.simple_sharding) { simple in
      let extent: ModelDimension.Extent
      switch simple.dim_case {
      case ONNX__SIMPLE_SHARDED_DIM_PROTO__DIM_DIM_VALUE: extent = .value(simple.dim_value)
      case ONNX__SIMPLE_SHARDED_DIM_PROTO__DIM_DIM_PARAM: extent = .parameter(text(simple.dim_param) ?? "")
      default: extent = .unknown
      }
      let count: Int64? = simple.has_num_shards != 0 ? simple.num_shards : nil
      return (dimension: ModelDimension(extent), shardCount: count)
    }
    return dimension
  }

  func integers(_ count: Int, _ source: UnsafeMutablePointer<Int64>?) -> [Int64] {
    [Int64](UnsafeBufferPointer(start: source, count: source == nil ? 0 : count))
  }
}
