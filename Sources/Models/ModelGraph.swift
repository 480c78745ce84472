/// A graph as written (ONNX's `GraphProto`): nodes that name their values.
package struct ModelGraph: Sendable {
  package var name: String?
  package var docString: String?
  package var nodes: [ModelNode] = []
  package var initializers: [ModelTensor] = []
  package var sparseInitializers: [ModelSparseTensor] = []
  package var inputs: [ValueInfo] = []
  package var outputs: [ValueInfo] = []
  package var valueInfos: [ValueInfo] = []
  package var quantizationAnnotations: [QuantizationAnnotation] = []
  package var metadata: [MetadataEntry] = []

  package init() {}
}

/// A node as written (ONNX's `NodeProto`). An empty name in `inputs` or `outputs` is one left out.
package struct ModelNode: Sendable {
  package var name: String?
  package var opType: String
  package var domain: String
  package var overload: String?
  package var inputs: [String] = []
  package var outputs: [String] = []
  package var attributes: [ModelAttribute] = []
  package var docString: String?
  package var metadata: [MetadataEntry] = []
  package var deviceConfigurations: [NodeDeviceConfiguration] = []

  package init(opType: String, domain: String = "") {
    self.opType = opType
    self.domain = domain
  }
}

/// A function as written (ONNX's `FunctionProto`): a node type defined by other nodes.
package struct ModelFunction: Sendable {
  package var name: String
  package var domain: String
  package var overload: String?
  package var inputs: [String] = []
  package var outputs: [String] = []
  /// Names of the attributes without default.
  package var attributes: [String] = []
  /// The attributes with default.
  package var attributeDefaults: [ModelAttribute] = []
  package var nodes: [ModelNode] = []
  package var docString: String?
  package var opsetImports: [OperatorSetID] = []
  package var valueInfos: [ValueInfo] = []
  package var metadata: [MetadataEntry] = []

  package init(name: String, domain: String) {
    self.name = name
    self.domain = domain
  }
}

/// ONNX's `TensorAnnotation`.
package struct QuantizationAnnotation: Sendable {
  package var tensorName: String
  package var parameterTensorNames: [MetadataEntry]

  package init(tensorName: String, parameterTensorNames: [MetadataEntry]) {
    self.tensorName = tensorName
    self.parameterTensorNames = parameterTensorNames
  }
}

/// ONNX's `NodeDeviceConfigurationProto`; carried along.
package struct NodeDeviceConfiguration: Sendable {
  package var configurationID: String?
  package var shardings: [Sharding] = []
  package var pipelineStage: Int32?

  package init() {}

  /// ONNX's `ShardingSpecProto`.
  package struct Sharding: Sendable {
    package var tensorName: String?
    package var devices: [Int64] = []
    package var deviceGroups: [(key: Int64, values: [Int64])] = []
    package var dimensions: [Dimension] = []

    package init() {}
  }

  /// ONNX's `ShardedDimProto`.
  package struct Dimension: Sendable {
    package var axis: Int64?
    package var shardings: [(dimension: ModelDimension, shardCount: Int64?)] = []

    package init() {}
  }
}
