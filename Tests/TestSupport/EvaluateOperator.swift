package import Graphs
package import KernelInterface
internal import KernelSelection
internal import Operators
package import Tensors

/// Builds an operator from attributes as a model of operator set `version` (the newest form if nil) would,
/// and runs it on `inputs`, on every kernel table that this CPU has; all tables must agree on the outputs'
/// types and shapes. Returns the outputs of the last table. For expansions, the expanded graph is run.
package func evaluate(
  _ type: any OperatorDefinition.Type, version: Int? = nil, _ attributes: [Attribute] = [],
  inputs: [Value?], outputCount: Int = 1
) throws -> [Value?] {
  var results: [Value?] = []
  for kernels in KernelSelection.supported {
    results = try evaluate(
      type, version: version, attributes, inputs: inputs, outputCount: outputCount, kernels: kernels)
  }
  return results
}

/// The same on one kernel table.
package func evaluate(
  _ type: any OperatorDefinition.Type, version: Int? = nil, _ attributes: [Attribute] = [],
  inputs: [Value?], outputCount: Int = 1, kernels: KernelTable
) throws -> [Value?] {
  var builder = GraphBuilder(name: "test")
  var ids: [ValueID?] = []
  for (index, input) in inputs.enumerated() {
    ids.append(input.map { builder.addInput(name: "input\(index)", type: $0.type) })
  }
  let outputs: [ValueID?] = try builder.addNode(
    type, version: version ?? type.schema.sinceVersions.last ?? 1, attributes: attributes, inputs: ids,
    outputCount: outputCount)
  builder.setOutputs(outputs.compactMap { $0 })
  return try GraphInterpreter(kernels: kernels).run(builder.graph, inputs: inputs.filter { $0 != nil })
}

extension GraphBuilder {
  /// Adds a node as importing does: reads attributes, promotes, expands.
  package mutating func addNode(
    _ type: any OperatorDefinition.Type, version: Int, attributes: [Attribute], inputs: [ValueID?],
    outputCount: Int
  ) throws(GraphError) -> [ValueID?] {
    try addNode(
      type, name: "", version: version,
      attributes: Dictionary(attributes.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 }),
      inputs: inputs, outputNames: Array(repeating: "", count: outputCount))
  }
}

/// One tensor in, one tensor out.
package func evaluateTensor(
  _ type: any OperatorDefinition.Type, version: Int? = nil, _ attributes: [Attribute] = [],
  _ inputs: Tensor?...
) throws -> Tensor {
  let outputs = try evaluate(
    type, version: version, attributes, inputs: inputs.map { $0.map { .tensor($0) } })
  guard let tensor = outputs.first??.tensor else {
    throw ExecutionError(.invalidData, "the operator gave no tensor")
  }
  return tensor
}

/// The one output of `graph`, on the best kernel table of this CPU.
package func run(_ graph: Graph, _ inputs: [Tensor]) throws -> Tensor {
  let outputs = try GraphInterpreter(kernels: KernelSelection.best)
    .run(graph, inputs: inputs.map { .tensor($0) })
  guard let tensor = outputs.first??.tensor else {
    throw ExecutionError(.invalidData, "the graph gave no tensor")
  }
  return tensor
}
