/// A model file as written (ONNX's `ModelProto`): no meaning is given to anything in it.
///
/// Field names follow ONNX. Fields that a file may leave out and whose absence differs from their default
/// are optional, so that reading and writing again loses nothing. Weights are slices of the mapped file.
package struct Model: Sendable {
  package var irVersion: Int64?
  package var opsetImports: [OperatorSetID] = []
  package var producerName: String?
  package var producerVersion: String?
  package var domain: String?
  package var modelVersion: Int64?
  package var docString: String?
  package var graph: ModelGraph
  package var metadata: [MetadataEntry] = []
  package var trainingInfo: [TrainingInfo] = []
  package var functions: [ModelFunction] = []
  package var configurations: [DeviceConfiguration] = []

  package init(graph: ModelGraph) { self.graph = graph }
}

/// An operator set that a model or function imports: a domain (empty is `ai.onnx`) and a version.
package struct OperatorSetID: Sendable, Hashable {
  package var domain: String
  package var version: Int64

  package init(domain: String, version: Int64) {
    self.domain = domain
    self.version = version
  }
}

/// ONNX's `StringStringEntryProto`.
package struct MetadataEntry: Sendable, Hashable {
  package var key: String
  package var value: String

  package init(key: String, value: String) {
    self.key = key
    self.value = value
  }
}

/// ONNX's `TrainingInfoProto`; carried along, never run.
package struct TrainingInfo: Sendable {
  package var initialization: ModelGraph?
  package var algorithm: ModelGraph?
  package var initializationBindings: [MetadataEntry] = []
  package var updateBindings: [MetadataEntry] = []

  package init() {}
}

/// ONNX's `DeviceConfigurationProto`; carried along.
package struct DeviceConfiguration: Sendable, Hashable {
  package var name: String
  package var deviceCount: Int32
  package var devices: [String]

  package init(name: String, deviceCount: Int32, devices: [String]) {
    self.name = name
    self.deviceCount = deviceCount
    self.devices = devices
  }
}
