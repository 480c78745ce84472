import Graphs
import Importing
import KernelSelection
import Models
import Tensors

/// A node as a model has it.
func node(
  _ opType: String, _ inputs: [String], _ outputs: [String], _ attributes: [ModelAttribute] = [],
  domain: String = "", name: String? = nil
) -> ModelNode {
  var node = ModelNode(opType: opType, domain: domain)
  node.name = name
  node.inputs = inputs
  node.outputs = outputs
  node.attributes = attributes
  return node
}

/// A float32 value of the given dimensions; a string is a parameter, nil an unknown one.
func floats(_ name: String, _ dimensions: [Any?]? = nil) -> ValueInfo {
  let shape: [ModelDimension]? = dimensions?.map { dimension in
    if let value = dimension as? Int { return ModelDimension(.value(Int64(value))) }
    if let name = dimension as? String { return ModelDimension(.parameter(name)) }
    return ModelDimension(.unknown)
  }
  return ValueInfo(name: name, type: ModelType(.tensor(elementType: 1, shape: shape)))
}

func bools(_ name: String) -> ValueInfo {
  ValueInfo(name: name, type: ModelType(.tensor(elementType: 9, shape: [])))
}

func graph(
  _ nodes: [ModelNode], inputs: [ValueInfo] = [], outputs: [ValueInfo], initializers: [ModelTensor] = []
) -> ModelGraph {
  var graph = ModelGraph()
  graph.name = "test"
  graph.nodes = nodes
  graph.inputs = inputs
  graph.outputs = outputs
  graph.initializers = initializers
  return graph
}

func model(_ graph: ModelGraph, opset: Int64 = 21) -> Model {
  var model = Model(graph: graph)
  model.irVersion = 10
  model.opsetImports = [OperatorSetID(domain: "", version: opset)]
  return model
}

func tensor(_ name: String, _ values: [Float], dims: [Int64]? = nil) -> ModelTensor {
  let data = Tensor(values)
  return ModelTensor(
    name: name, elementType: 1, dims: dims ?? [Int64(values.count)],
    data: .bytes(PayloadBytes(storage: data.storage, offset: 0, count: data.byteCount)))
}

let importer = ModelImporter(inference: GraphInference(kernels: KernelSelection.best))

/// The codes of everything that is wrong with `model`.
func problems(_ model: Model) -> [ImportError.Code] { importer.problems(of: model).map(\.code) }

/// The outputs of the model's graph, run node by node.
func run(_ model: Model, _ inputs: [Tensor]) throws -> [Tensor] {
  let graph: Graph = try importer.importGraph(model)
  return try GraphInterpreter(kernels: KernelSelection.best).run(graph, inputs: inputs.map { .tensor($0) })
    .compactMap { $0?.tensor }
}
