internal import Graphs
internal import Planning
internal import Tensors

/// Runs graphs by plans from a cache: a session's graph, and the graphs that evaluated operators hold.
struct PlannedGraphRunner: GraphRunner {
  let plans: PlanCache
  let runner: any TaskRunner
  let limits: RunLimits

  func run(_ graph: Graph, inputs: [Value?]) throws(ExecutionError) -> [Value?] {
    try run(graph, inputs: inputs, profile: nil)
  }

  func run(_ graph: Graph, inputs: [Value?], profile: RunProfile?) throws(ExecutionError) -> [Value?] {
    let prepared: PreparedPlan
    do { prepared = try plans.plan(graph, inputs: inputs) } catch {
      throw ExecutionError(.planFailed, error.message, at: error.place, cause: error)
    }
    profile?.begin(prepared.plan)
    let evaluation = OperatorEvaluator(kernels: plans.kernels, runner: runner, graphs: self, limits: limits)
    return try prepared.withState(workerCount: runner.workerCount) { state throws(ExecutionError) in
      try state.run(inputs, runner: runner, evaluation: evaluation, profile: profile)
    }
  }
}
