package import Graphs
package import Tensors

/// A graph made ready for one signature of input types: steps in order, and where every value lies.
///
/// A run needs a table with an address for each slot; every value of the graph has a slot of its number,
/// and temporaries follow. Slots whose address is the same in each run of one arena are in the plan;
/// those of inputs, outputs and evaluated values are filled in by the run.
package struct Plan: Sendable {
  /// Where a value's bytes come from in a run.
  package enum Location: Sendable {
    /// No step reads it.
    case none
    case constant(Tensor)
    /// The bytes of graph input `index`.
    case input(Int)
    /// At an offset in the arena.
    case arena(Int)
    /// In the memory of graph output `index`, allocated for each run.
    case output(Int)
    /// In the tensor that evaluating a node gave for value `root`.
    case evaluated(root: Int)
  }

  package struct PlannedStep: Sendable {
    package enum Action: Sendable {
      case kernel(Step)
      case evaluate(EvaluatedNode)
    }

    package let place: GraphPlace
    /// The node of `graph` that the step runs.
    package let node: NodeID
    package let action: Action
    /// Arithmetic operations, a multiply-add counting two, and the least bytes read and written.
    package let cost: Cost
  }

  /// A node that is evaluated on values because its shapes depend on data.
  package struct EvaluatedNode: Sendable {
    package let op: any Operator
    package let inputs: [ValueID?]
    package let outputs: [ValueID?]
  }

  /// The graph with the types of this signature.
  package let graph: Graph
  package let steps: [PlannedStep]
  /// One for each value of the graph.
  package let locations: [Location]
  /// Offsets in the arena of temporaries, whose slots follow those of the values.
  package let temporaryOffsets: [Int]
  package let arenaBytes: Int
  /// Scratch memory of each worker, a multiple of 64.
  package let scratchBytes: Int
  /// The constants that steps read where they lie, by slot, aligned. The bytes of others need not be in
  /// memory.
  package let readConstants: [Int: Tensor]
  /// Products with weights that run in the session's reduced precision, those of planned subgraphs included.
  package let reducedProducts: Int

  package var slotCount: Int { locations.count + temporaryOffsets.count }

  /// Whether every step is a kernel, so that the plan runs without allocation.
  package var isStatic: Bool {
    steps.allSatisfy { if case .kernel = $0.action { true } else { false } }
      && graph.outputs.allSatisfy { graph[$0].type?.shape != nil && graph[$0].type?.elementType != .string }
  }
}
