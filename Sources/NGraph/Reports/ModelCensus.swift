internal import Models
internal import Operators
internal import Tensors

/// Counts over a model as written: nodes, functions' and subgraphs' included, and initializers. A function
/// that defines an operator that is known is not what runs, and does not count.
struct ModelCensus {
  private(set) var operators: [String: Int] = [:]
  private(set) var parameterCount: Int = 0
  private(set) var parameterBytes: Int = 0
  let inputs: [ValueDescription]
  let outputs: [ValueDescription]

  init(_ model: Model) {
    let constants: Set<String> = Set(model.graph.initializers.compactMap(\.name))
    inputs = model.graph.inputs.filter { !constants.contains($0.name) }.map { ValueDescription($0) }
    outputs = model.graph.outputs.map { ValueDescription($0) }
    count(model.graph)
    for function in model.functions
    where OperatorSet.definition(function.name, domain: function.domain) == nil {
      count(function.nodes)
    }
  }

  private mutating func count(_ graph: ModelGraph) {
    for tensor in graph.initializers { count(tensor) }
    for sparse in graph.sparseInitializers { count(sparse.values) }
    count(graph.nodes)
  }

  private mutating func count(_ nodes: [ModelNode]) {
    for node in nodes {
      let domain: String = node.domain == "ai.onnx" ? "" : node.domain
      operators[domain.isEmpty ? node.opType : "\(domain)::\(node.opType)", default: 0] += 1
      for attribute in node.attributes {
        switch attribute.value {
        case .graph(let graph): count(graph)
        case .graphs(let graphs): for graph in graphs { count(graph) }
        default: break
        }
      }
    }
  }

  private mutating func count(_ tensor: ModelTensor) {
    guard let shape = Shape(checking: tensor.dims.map { Int($0) }) else { return }
    parameterCount &+= shape.count
    parameterBytes &+= ElementType(rawValue: tensor.elementType)?.byteCount(of: shape.count) ?? 0
  }
}

extension ValueDescription {
  /// What a model declares, as far as it can be told without importing it.
  fileprivate init(_ info: ValueInfo) {
    name = info.name
    kind = Kind(info.type)
  }
}

extension ValueDescription.Kind {
  fileprivate init(_ type: ModelType?) {
    switch type?.kind {
    case .tensor(let element, let dimensions):
      guard let element = ElementType(rawValue: element) else {
        self = .unknown
        return
      }
      self = .array(DataType(element), dimensions.map { $0.map { ValueDescription.Extent($0) } })
    case .sequence(let element): self = .sequence(Self(element))
    case .optional(let element): self = .optional(Self(element))
    case .map(let key, let value):
      guard let key = ElementType(rawValue: key) else {
        self = .unknown
        return
      }
      self = .map(key: DataType(key), value: Self(value))
    case .sparseTensor, .opaque, .unspecified, nil: self = .unknown
    }
  }
}

extension ValueDescription.Extent {
  fileprivate init(_ dimension: ModelDimension) {
    switch dimension.extent {
    case .value(let value) where value >= 0: self = .known(Int(value))
    case .parameter(let name) where !name.isEmpty: self = .symbolic(name)
    default: self = .free
    }
  }
}
