import Graphs
import KernelSelection
import Optimizing
import Tensors
import TestSupport
import Testing

/// The graph after the whole pipeline, checked: on random inputs both give the same outputs, in double
/// precision up to the rounding of a different order of operations.
func optimized(
  _ script: inout TestGraph, _ graph: Graph, tolerance: Double = 1e-11, standardOnly: Bool = false,
  stages: [OptimizationStage]? = nil, sourceLocation: SourceLocation = #_sourceLocation
) throws -> Graph {
  var report = OptimizationReport()
  let stages =
    stages
    ?? OptimizationStage.stages(level: OptimizationStage.highestLevel, standardOnly: standardOnly)
  let result = try Optimizer(kernels: KernelSelection.best, stages: stages)
    .optimize(graph, report: &report)
  for _ in 0..<3 {
    let inputs = script.randomInputs()
    let (expected, actual) = (try graph.run(inputs), try result.run(inputs))
    for (a, b) in zip(expected, actual) {
      let difference: Double = relativeDifference(a, b)
      #expect(
        difference <= tolerance, "outputs differ after \(report.counts)", sourceLocation: sourceLocation)
    }
  }
  return result
}

/// The graph after the whole pipeline, not run.
func simplified(_ graph: Graph) throws -> Graph {
  var report = OptimizationReport()
  let kernels = KernelSelection.best
  let inferred = try GraphInference(kernels: kernels).infer(graph)
  return try Optimizer(kernels: kernels).optimize(inferred, report: &report)
}
