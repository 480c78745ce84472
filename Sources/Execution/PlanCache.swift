internal import Graphs
internal import KernelInterface
internal import Planning
internal import Tensors

/// A plan with the memory of runs that are over.
final class PreparedPlan: Sendable {
  let plan: Plan
  private let idle = Guarded<[UncheckedState]>([])

  /// A run state that is handed from one thread to another and used by one at a time.
  private struct UncheckedState: @unchecked Sendable { let state: RunState }

  init(_ plan: Plan) { self.plan = plan }

  /// Calls `body` with a run state that nobody else uses meanwhile.
  func withState<Result>(workerCount: Int, _ body: (RunState) throws(ExecutionError) -> Result)
    throws(ExecutionError) -> Result
  {
    let state: RunState =
      idle.withValue { $0.popLast()?.state } ?? RunState(plan, workerCount: workerCount)
    defer { idle.withValue { $0.append(UncheckedState(state: state)) } }
    return try body(state)
  }
}

/// The plans of a session and of the graphs that its operators hold, by graph and by the types and shapes
/// of inputs. The least recently used are dropped.
final class PlanCache: Sendable {
  private struct Key: Hashable {
    let graph: GraphIdentity
    let types: [ValueType?]
  }
  private struct Entries {
    var plans: [Key: (plan: PreparedPlan, lastUse: Int)] = [:]
    var uses: Int = 0

    mutating func found(_ key: Key) -> PreparedPlan? {
      guard let plan = plans[key]?.plan else { return nil }
      uses += 1
      plans[key]?.lastUse = uses
      return plan
    }
  }

  /// How many plans are kept.
  private static let capacity: Int = 64

  let kernels: KernelTable
  let weights: WeightCache
  private let entries = Guarded(Entries())

  private let memoryLimit: Int

  init(kernels: KernelTable, memoryLimit: Int, runner: any TaskRunner) {
    weights = WeightCache(runner: runner)
    self.kernels = kernels
    self.memoryLimit = memoryLimit
  }

  func plan(_ graph: Graph, inputs: [Value?]) throws(PlanError) -> PreparedPlan {
    let key = Key(graph: graph.identity, types: inputs.map { $0?.type })
    if let found = entries.withValue({ $0.found(key) }) { return found }
    let described: [InferenceContext.Input?] = zip(graph.inputs, inputs).map { id, input in
      guard let type = input?.type else { return nil }
      if case .tensor = type { return InferenceContext.Input(type: type) }
      return InferenceContext.Input(type: graph[id].type ?? type)
    }
    let prepared = PreparedPlan(
      try Planner(kernels: kernels, weights: weights, memoryLimit: memoryLimit).plan(graph, inputs: described)
    )
    entries.withValue { entries in
      entries.uses += 1
      entries.plans[key] = (prepared, entries.uses)
      guard entries.plans.count > Self.capacity,
        let oldest = entries.plans.min(by: { $0.value.lastUse < $1.value.lastUse })
      else { return }
      entries.plans[oldest.key] = nil
    }
    return prepared
  }
}
