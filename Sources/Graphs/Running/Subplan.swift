package import Tensors

/// Plans a graph that an operator holds, so that it runs without allocation.
package protocol SubgraphPlanner: Sendable {
  /// A plan of `graph` for the given input types, with the values of inputs that are known. nil where
  /// the graph can't be planned ahead because shapes in it depend on data.
  func plan(_ graph: Graph, inputs: [(type: ElementType, shape: Shape)], constants: [Tensor?])
    throws(PlanError) -> (any Subplan)?
}

/// A planned graph inside an operator.
package protocol Subplan: Sendable {
  var outputs: [(type: ElementType, shape: Shape)] { get }
  /// The values of outputs that are known when planning.
  var knownOutputs: [Tensor?] { get }
  /// Bytes of memory, 64-byte aligned, that a run needs as `state`.
  var stateBytes: Int { get }
  /// Bytes of scratch memory that each worker needs; the operator reserves them.
  var scratchBytes: Int { get }
  /// Makes `state` ready. Once before any number of runs.
  func begin(state: UnsafeMutableRawPointer)
  /// Runs the graph once. `inputs` and `outputs` are the addresses of all inputs and outputs, aligned for
  /// their types; an output must not overlap an input.
  func run(
    state: UnsafeMutableRawPointer, inputs: UnsafePointer<UnsafeMutableRawPointer>,
    outputs: UnsafePointer<UnsafeMutableRawPointer>, context: RunContext) throws(ExecutionError)
}

/// A planner that plans nothing: operators with graphs fall back to `evaluate`.
package struct NoSubgraphPlanner: SubgraphPlanner {
  package init() {}
  package func plan(_ graph: Graph, inputs: [(type: ElementType, shape: Shape)], constants: [Tensor?])
    throws(PlanError) -> (any Subplan)?
  { nil }
}
