package import KernelInterface
package import Tensors

/// Runs graphs on values, whatever their shapes.
package protocol GraphRunner: Sendable {
  /// The outputs of `graph` for `inputs`, one for each of the graph's inputs.
  func run(_ graph: Graph, inputs: [Value?]) throws(ExecutionError) -> [Value?]
}

/// What an operator sees as it is evaluated on values.
package struct EvaluationContext {
  package let kernels: KernelTable
  package let runner: any TaskRunner
  package let graphs: any GraphRunner
  package let limits: RunLimits
  /// Which outputs somebody uses.
  package let wantsOutput: [Bool]
  package let place: GraphPlace

  package init(
    kernels: KernelTable, runner: any TaskRunner, graphs: any GraphRunner, limits: RunLimits,
    wantsOutput: [Bool], place: GraphPlace
  ) {
    self.kernels = kernels
    self.runner = runner
    self.graphs = graphs
    self.limits = limits
    self.wantsOutput = wantsOutput
    self.place = place
  }

  /// An error that names this node.
  package func error(_ code: ExecutionError.Code, _ message: String) -> ExecutionError {
    ExecutionError(code, message, at: place)
  }

  /// The outputs of another operator, for operators that are partly made of others.
  package func evaluate(_ op: any Operator, _ inputs: [Value?], outputCount: Int = 1)
    throws(ExecutionError) -> [Value?]
  {
    try OperatorEvaluator(kernels: kernels, runner: runner, graphs: graphs, limits: limits)
      .evaluate(op, inputs: inputs, wantsOutput: Array(repeating: true, count: outputCount), place: place)
  }
}
