package import Graphs
package import KernelInterface

/// Makes plans: infers with concrete input types, drops what is known or unused, shares memory where
/// operators allow it, prepares each node, and lays out the arena.
package struct Planner: Sendable {
  package let kernels: KernelTable
  package let weights: WeightCache
  /// Bytes that the arena, the outputs and packed weights may take.
  package let memoryLimit: Int

  package init(kernels: KernelTable, weights: WeightCache, memoryLimit: Int = .max) {
    self.memoryLimit = memoryLimit
    self.kernels = kernels
    self.weights = weights
  }

  /// A plan of `graph` for inputs of the given types (with shapes, for tensors), and values where an
  /// input is known ahead.
  package func plan(_ graph: Graph, inputs: [InferenceContext.Input?]) throws(PlanError) -> Plan {
    let inferred: Graph
    do { inferred = try GraphInference(kernels: kernels).infer(graph, inputs: inputs) } catch {
      throw PlanError(.invalidGraph, error.message, at: error.place, cause: error)
    }
    var builder = PlanBuilder(
      graph: inferred, kernels: kernels, weights: weights, memoryLimit: memoryLimit)
    defer { weights.releaseBuffers() }
    return try builder.build()
  }
}
