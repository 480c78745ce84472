package import KernelInterface
package import Tensors

/// Runs a graph node by node, each on its own, with nothing planned: the plainest way to run, and what
/// operators with graphs use where shapes depend on data.
package struct GraphInterpreter: GraphRunner {
  package let kernels: KernelTable
  package let runner: any TaskRunner

  package init(kernels: KernelTable, runner: any TaskRunner = SerialRunner.shared) {
    self.kernels = kernels
    self.runner = runner
  }

  package func run(_ graph: Graph, inputs: [Value?]) throws(ExecutionError) -> [Value?] {
    let evaluator = OperatorEvaluator(kernels: kernels, runner: runner, graphs: self)
    var values: [Value?] = graph.values.map { record in record.constant.map { .tensor($0) } }
    for (id, value) in zip(graph.inputs, inputs) { values[id.index] = value }
    for node in graph.nodes {
      let results: [Value?] = try evaluator.evaluate(
        node.op, inputs: node.inputs.map { id in id.flatMap { values[$0.index] } },
        wantsOutput: node.outputs.map { $0 != nil }, place: node.place)
      for (id, result) in zip(node.outputs, results) {
        if let id { values[id.index] = result }
      }
    }
    return graph.outputs.map { values[$0.index] }
  }
}
