import Formats
import Foundation
import Models
import Tensors
import Testing

/// Protobuf's wire format, written by hand.
struct Wire {
  var bytes: [UInt8] = []

  static func varint(_ value: UInt64) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest: UInt64 = value
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
    return bytes
  }

  func number(_ field: Int, _ value: UInt64) -> Wire {
    Wire(bytes: bytes + Self.varint(UInt64(field) << 3) + Self.varint(value))
  }

  func content(_ field: Int, _ content: [UInt8]) -> Wire {
    Wire(bytes: bytes + Self.varint(UInt64(field) << 3 | 2) + Self.varint(UInt64(content.count)) + content)
  }

  func text(_ field: Int, _ text: String) -> Wire { content(field, [UInt8](text.utf8)) }
  func message(_ field: Int, _ inner: Wire) -> Wire { content(field, inner.bytes) }
  func raw(_ more: [UInt8]) -> Wire { Wire(bytes: bytes + more) }

  /// A model whose graph is `graph`.
  static func model(graph: Wire) -> Wire { Wire().number(1, 14).message(7, graph) }

  /// A model whose only initializer is `tensor`.
  static func model(initializer tensor: Wire) -> Wire { model(graph: Wire().message(5, tensor)) }

  /// A model whose only node has `attribute`.
  static func model(attribute: Wire) -> Wire {
    model(graph: Wire().message(1, Wire().text(4, "Op").message(5, attribute)))
  }
}

func storage(_ bytes: [UInt8]) -> Storage {
  let storage = Storage(byteCount: bytes.count)
  bytes.withUnsafeBytes {
    UnsafeMutableRawBufferPointer(start: storage.base, count: $0.count).copyMemory(from: $0)
  }
  return storage
}

func readModel(_ bytes: [UInt8]) throws(FormatError) -> Model { try ModelFiles.read(bytes: storage(bytes)) }
func readModel(_ wire: Wire) throws(FormatError) -> Model { try readModel(wire.bytes) }

/// The error of reading `bytes`; nil where they are a model.
func refusal(_ bytes: [UInt8]) -> FormatError? {
  do {
    _ = try readModel(bytes)
    return nil
  } catch {
    return error
  }
}

func refusal(_ wire: Wire) -> FormatError? { refusal(wire.bytes) }

func bytes(of payload: ModelTensor.Payload) -> [UInt8]? {
  switch payload {
  case .bytes(let bytes), .external(_, let bytes?):
    withExtendedLifetime(bytes.storage) { [UInt8](bytes.buffer) }
  default: nil
  }
}

/// A folder of its own that is removed afterwards.
final class Scratch {
  let path: String

  init() {
    path = NSTemporaryDirectory() + "/ngraph-formats-" + UUID().uuidString
    try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { path + "/" + name }

  func write(_ name: String, _ bytes: [UInt8]) -> String {
    _ = FileManager.default.createFile(atPath: file(name), contents: Data(bytes))
    return file(name)
  }

  func read(_ name: String) -> [UInt8]? {
    FileManager.default.contents(atPath: file(name)).map { [UInt8]($0) }
  }

  var names: [String] { (try? FileManager.default.contentsOfDirectory(atPath: path).sorted()) ?? [] }
}

/// What a test throws where it can't go on.
struct Unexpected: Error {
  var message: String

  init(_ message: String) { self.message = message }
}

/// Runs `body`, which must throw a `FormatError`, and returns it.
func failure(_ body: () throws(FormatError) -> Void) -> FormatError? {
  do {
    try body()
    return nil
  } catch {
    return error
  }
}

/// A repeatable sequence of random numbers (splitmix64).
struct Seeded: RandomNumberGenerator {
  var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z: UInt64 = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// A model that uses every message and every kind of attribute and type.
func everyMessage() -> Model {
  func tensor(_ name: String, _ count: Int) -> ModelTensor {
    let bytes: [UInt8] = (0..<count * 4).map { UInt8(truncatingIfNeeded: $0 * 7) }
    var tensor = ModelTensor(
      name: name, elementType: 1, dims: [Int64(count)],
      data: .bytes(PayloadBytes(storage: storage(bytes), offset: 0, count: bytes.count)))
    tensor.docString = "doc of \(name)"
    tensor.metadata = [MetadataEntry(key: "k", value: "v")]
    return tensor
  }
  var dimension = ModelDimension(.parameter("batch"))
  dimension.denotation = "DATA_BATCH"
  var type = ModelType(
    .tensor(elementType: 1, shape: [dimension, ModelDimension(.value(3)), ModelDimension(.unknown)]))
  type.denotation = "IMAGE"
  let sparse = ModelSparseTensor(values: tensor("values", 2), indices: tensor("indices", 2), dims: [4, 4])
  var inner = ModelGraph()
  inner.name = "body"
  inner.nodes = [ModelNode(opType: "Identity")]
  var node = ModelNode(opType: "Everything", domain: "test")
  node.name = "node"
  node.overload = "variant"
  node.inputs = ["x", "", "y"]
  node.outputs = ["z"]
  node.docString = "ünïcode"
  node.metadata = [MetadataEntry(key: "a", value: "")]
  node.attributes = [
    ModelAttribute("float", .float(1.5)), ModelAttribute("int", .int(-3)),
    ModelAttribute("string", .string([0, 0xFF, 65])), ModelAttribute("tensor", .tensor(tensor("t", 3))),
    ModelAttribute("graph", .graph(inner)), ModelAttribute("sparse", .sparseTensor(sparse)),
    ModelAttribute("type", .type(type)), ModelAttribute("floats", .floats([0, -0.25, .infinity])),
    ModelAttribute("ints", .ints([.min, -1, 0, .max])), ModelAttribute("strings", .strings([[], [1, 2]])),
    ModelAttribute("tensors", .tensors([tensor("u", 1), tensor("v", 17)])),
    ModelAttribute("graphs", .graphs([inner, inner])), ModelAttribute("sparses", .sparseTensors([sparse])),
    ModelAttribute("types", .types([ModelType(.unspecified), type])),
    ModelAttribute("reference", .reference("outer", type: 7)), ModelAttribute("none", .ints([])),
  ]
  var configuration = NodeDeviceConfiguration()
  configuration.configurationID = "c"
  configuration.pipelineStage = 2
  var sharding = NodeDeviceConfiguration.Sharding()
  sharding.tensorName = "x"
  sharding.devices = [0, -1]
  sharding.deviceGroups = [(key: -1, values: [2, 3])]
  var sharded = NodeDeviceConfiguration.Dimension()
  sharded.axis = 1
  sharded.shardings = [
    (dimension: ModelDimension(.value(4)), shardCount: 2),
    (dimension: ModelDimension(.parameter("n")), shardCount: nil),
  ]
  sharding.dimensions = [sharded]
  configuration.shardings = [sharding]
  node.deviceConfigurations = [configuration]
  var graph = ModelGraph()
  graph.name = "main"
  graph.docString = "graph"
  graph.nodes = [node]
  graph.initializers = [
    tensor("w", 100), tensor("empty", 0),
    ModelTensor(name: "s", elementType: 8, dims: [2], data: .strings([[104, 105], []])),
  ]
  graph.sparseInitializers = [sparse]
  var input = ValueInfo(name: "x", type: type)
  input.docString = "in"
  input.metadata = [MetadataEntry(key: "m", value: "n")]
  graph.inputs = [
    input, ValueInfo(name: "seq", type: ModelType(.sequence(type))),
    ValueInfo(name: "opt", type: ModelType(.optional(ModelType(.sequence(nil))))),
    ValueInfo(name: "map", type: ModelType(.map(keyType: 7, value: type))),
    ValueInfo(name: "sparse", type: ModelType(.sparseTensor(elementType: 1, shape: []))),
    ValueInfo(name: "opaque", type: ModelType(.opaque(domain: "d", name: "n"))), ValueInfo(name: "untyped"),
  ]
  graph.outputs = [ValueInfo(name: "z", type: ModelType(.tensor(elementType: 1, shape: nil)))]
  graph.valueInfos = [ValueInfo(name: "mid", type: type)]
  graph.quantizationAnnotations = [
    QuantizationAnnotation(
      tensorName: "w", parameterTensorNames: [MetadataEntry(key: "SCALE_TENSOR", value: "s")])
  ]
  graph.metadata = [MetadataEntry(key: "g", value: "h")]
  var function = ModelFunction(name: "F", domain: "test")
  function.overload = "o"
  function.inputs = ["a"]
  function.outputs = ["b"]
  function.attributes = ["outer"]
  function.attributeDefaults = [ModelAttribute("axis", .int(0))]
  function.nodes = [node]
  function.docString = "f"
  function.opsetImports = [OperatorSetID(domain: "", version: 28)]
  function.valueInfos = [ValueInfo(name: "b", type: type)]
  function.metadata = [MetadataEntry(key: "1", value: "2")]
  var training = TrainingInfo()
  training.initialization = inner
  training.algorithm = inner
  training.initializationBindings = [MetadataEntry(key: "w", value: "x")]
  training.updateBindings = [MetadataEntry(key: "w", value: "y")]
  var model = Model(graph: graph)
  model.irVersion = 14
  model.opsetImports = [OperatorSetID(domain: "", version: 28), OperatorSetID(domain: "test", version: 1)]
  model.producerName = "tests"
  model.producerVersion = ""
  model.domain = "d"
  model.modelVersion = 7
  model.docString = "model"
  model.metadata = [MetadataEntry(key: "p", value: "q")]
  model.trainingInfo = [training]
  model.functions = [function]
  model.configurations = [DeviceConfiguration(name: "c", deviceCount: 2, devices: ["a", "b"])]
  return model
}
