internal import Graphs
internal import KernelSelection
internal import Models
internal import Planning

/// How large a model is and what a run of it takes: the numbers that an optimization is about.
package struct ModelExtent: Sendable {
  /// Nodes as written, those in subgraphs and functions included.
  package let operators: Int
  /// How many of them are normalizations, by operator, sorted by name.
  package let normalizations: [(name: String, count: Int)]
  /// Elements of all initializers.
  package let parameters: Int
  /// Arithmetic operations of a run, a multiply-add counting two; nil where shapes are unknown.
  package let flops: Int?
  /// Bytes that the nodes of a run read and write, weights included; nil where shapes are unknown.
  package let movedBytes: Int?
  /// Bytes of the model's file; nil where it was not written.
  package internal(set) var fileBytes: Int?

  /// The extent of `model`, of which `graph` is made, for the given shapes of inputs.
  init(_ model: Model, _ graph: Graph, fileBytes: Int?, shapes: [String: [Int]]) throws(NGraphError) {
    let census = ModelCensus(model)
    operators = census.operators.values.reduce(0, +)
    normalizations = census.operators.filter { $0.key.hasSuffix("Normalization") }
      .map { (name: $0.key, count: $0.value) }.sorted { $0.name < $1.name }
    parameters = census.parameterCount
    self.fileBytes = fileBytes
    var inferred: Graph = graph
    if !shapes.isEmpty {
      let types: [InferenceContext.Input?] = try InputShapes(shapes).inferenceInputs(of: graph)
      do { inferred = try GraphInference(kernels: KernelSelection.best).infer(graph, inputs: types) } catch {
        throw NGraphError(error)
      }
    }
    let cost: RunCost? = inferred.runCost
    flops = cost?.flops
    movedBytes = cost?.movedBytes
  }

  /// How many normalizations there are.
  package var normalizationCount: Int { normalizations.reduce(0) { $0 + $1.count } }
}
