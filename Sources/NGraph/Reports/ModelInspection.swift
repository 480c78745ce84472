internal import Formats
internal import Graphs
internal import Importing
internal import KernelSelection
internal import Models
internal import Planning
internal import Tensors

/// What a model file holds and what a run of it takes, without reading weights and without a plan.
package struct ModelInspection: Sendable {
  package struct OperatorCount: Sendable {
    package var name: String
    package var count: Int
  }
  package struct OperatorSet: Sendable {
    package var domain: String
    package var version: Int64
  }
  /// What a run takes, where all shapes are known.
  package struct RunCost: Sendable {
    package var flops: Int
    /// The most bytes of computed values that live at the same time.
    package var activationBytes: Int
    /// Whether there are loops or branches, whose bodies only a run can count.
    package var hasSubgraphs: Bool
  }

  package let path: String
  package let fileBytes: Int
  package let irVersion: Int64?
  package let producer: String?
  package let graphName: String?
  package let operatorSets: [OperatorSet]
  package let inputs: [ValueDescription]
  package let outputs: [ValueDescription]
  /// Nodes as written, those in subgraphs and functions included; most frequent first.
  package let operators: [OperatorCount]
  package let functionCount: Int
  package let parameterCount: Int
  package let parameterBytes: Int
  package let metadata: [(key: String, value: String)]
  /// nil where shapes are unknown or the model has problems.
  package let cost: RunCost?
  /// What keeps the model from running; empty for a good model.
  package let problems: [NGraphError]

  /// Inspects the model at `path` with the given shapes of inputs.
  package init(path: String, shapes: [String: [Int]] = [:]) throws(NGraphError) {
    let model: Model
    do {
      model = try ModelFiles.read(path: path, options: ModelReadOptions(resolvesExternalData: true))
      fileBytes = try MappedFile(path: path).count
    } catch { throw NGraphError(error) }
    self.path = path
    irVersion = model.irVersion
    let producer: String = [model.producerName ?? "", model.producerVersion ?? ""].filter { !$0.isEmpty }
      .joined(separator: " ")
    self.producer = producer.isEmpty ? nil : producer
    graphName = model.graph.name
    operatorSets = model.opsetImports.map {
      OperatorSet(domain: $0.domain.isEmpty ? "ai.onnx" : $0.domain, version: $0.version)
    }
    metadata = model.metadata.map { ($0.key, $0.value) }
    functionCount = model.functions.count
    let census = ModelCensus(model)
    operators = census.operators.map { OperatorCount(name: $0.key, count: $0.value) }
      .sorted { ($1.count, $0.name) < ($0.count, $1.name) }
    parameterCount = census.parameterCount
    parameterBytes = census.parameterBytes

    let inference = GraphInference(kernels: KernelSelection.best)
    let graph: Graph
    do { graph = try ModelImporter(inference: inference).importGraph(model) } catch {
      problems = error.problems.map { NGraphError($0) }
      inputs = census.inputs
      outputs = census.outputs
      cost = nil
      return
    }
    problems = []
    var inferred: Graph = graph
    if !shapes.isEmpty {
      let types: [InferenceContext.Input?] = try InputShapes(shapes).inferenceInputs(of: graph)
      do { inferred = try inference.infer(graph, inputs: types) } catch { throw NGraphError(error) }
    }
    inputs = ValueDescription.inputs(of: inferred)
    outputs = ValueDescription.outputs(of: inferred)
    cost = inferred.runCost.map {
      RunCost(flops: $0.flops, activationBytes: $0.activationBytes, hasSubgraphs: $0.hasSubgraphs)
    }
  }
}
