package import Graphs
package import KernelInterface
package import Planning
package import Tensors

/// A graph ready to run on inputs of any fitting shape: plans are made for each signature of input shapes
/// and kept, packed weights are shared by all of them.
///
/// Any number of threads may call `run` at the same time.
package final class Session: Sendable {
  package let graph: Graph
  package let kernels: KernelTable
  package let runner: any TaskRunner
  private let plans: PlanCache
  private let memoryLimit: Int

  /// A session for `graph`, which has been inferred (and optimized, where wanted). Runs that would need more
  /// than `memoryLimit` bytes are refused.
  package init(_ graph: Graph, kernels: KernelTable, runner: any TaskRunner, memoryLimit: Int = .max) {
    self.memoryLimit = memoryLimit
    self.graph = graph
    self.kernels = kernels
    self.runner = runner
    plans = PlanCache(kernels: kernels, memoryLimit: memoryLimit, runner: runner)
  }

  /// The outputs for `inputs`, in the order of the graph's inputs and outputs. The bits of the result do
  /// not depend on the number of threads. No step starts after `deadline` (on `MonotonicClock`).
  package func run(_ inputs: [Value], profile: RunProfile? = nil, deadline: UInt64 = .max)
    throws(ExecutionError) -> [Value]
  {
    guard inputs.count == graph.inputs.count else {
      throw ExecutionError(.invalidInput, "expected \(graph.inputs.count) inputs, found \(inputs.count)")
    }
    for (id, input) in zip(graph.inputs, inputs) { try check(input, id) }
    let results: [Value?] = try PlannedGraphRunner(
      plans: plans, runner: runner, limits: RunLimits(memoryBytes: memoryLimit, deadline: deadline)
    )
    .run(graph, inputs: inputs, profile: profile)
    var values: [Value] = []
    for (id, result) in zip(graph.outputs, results) {
      guard let result else {
        throw ExecutionError(.invalidData, "output '\(graph[id].name)' has no value")
      }
      values.append(result)
    }
    return values
  }

  /// The plan for inputs of the types of `inputs`.
  package func plan(_ inputs: [Value]) throws(PlanError) -> Plan {
    try plans.plan(graph, inputs: inputs.map { Optional($0) }).plan
  }

  /// The same session with all products in f32, with plans and packed weights of its own.
  package var inFullPrecision: Session {
    var plain: KernelTable = kernels
    plain.weightProducts = nil
    return Session(graph, kernels: plain, runner: runner, memoryLimit: memoryLimit)
  }

  /// Bytes of packed weights so far.
  package var packedBytes: Int { plans.weights.byteCount }

  private func check(_ value: Value, _ id: ValueID) throws(ExecutionError) {
    let record: ValueRecord = graph[id]
    let place = GraphPlace(value: record.name)
    guard let type = record.type else { return }
    switch (type, value) {
    case (.tensor(let element, let dimensions), .tensor(let tensor)):
      guard tensor.elementType == element else {
        throw ExecutionError(
          .invalidInput, "the input must be \(element.name), found \(tensor.elementType.name)", at: place)
      }
      guard let dimensions else { return }
      let fits: Bool =
        dimensions.count == tensor.shape.rank
        && zip(dimensions, tensor.shape.extents).allSatisfy { $0.value == nil || $0.value == $1 }
      guard fits else {
        throw ExecutionError(.invalidInput, "the input must be \(type), found \(tensor.shape)", at: place)
      }
    case (.sequence, .sequence), (.optional, _), (.map, .map): return
    default:
      throw ExecutionError(.invalidInput, "the input must be \(type)", at: place)
    }
  }
}
