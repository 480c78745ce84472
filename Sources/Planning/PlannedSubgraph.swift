internal import Graphs
internal import KernelInterface
internal import Tensors

/// Plans the graphs that operators hold, with the session's kernels and packed weights.
struct PlannedSubgraphs: SubgraphPlanner {
  let kernels: KernelTable
  let weights: WeightCache
  let memoryLimit: Int
  /// Counts the products of all plans in reduced precision.
  let count = ProductCount()

  func plan(_ graph: Graph, inputs: [(type: ElementType, shape: Shape)], constants: [Tensor?])
    throws(PlanError) -> (any Subplan)?
  {
    var described: [InferenceContext.Input?] = []
    for (index, input) in inputs.enumerated() {
      let constant: Tensor? = index < constants.count ? constants[index] : nil
      described.append(
        InferenceContext.Input(type: .tensor(input.type, input.shape), known: constant.map { .tensor($0) }))
    }
    let plan: Plan = try Planner(kernels: kernels, weights: weights, memoryLimit: memoryLimit).plan(
      graph, inputs: described)
    guard plan.isStatic else { return nil }
    count.products += plan.reducedProducts
    return PlannedSubgraph(plan)
  }
}

/// A count, kept while a plan is made (on one thread).
final class ProductCount: @unchecked Sendable {
  var products: Int = 0
}

/// A plan of a graph inside an operator. Its state is the table of slots, then the arena.
struct PlannedSubgraph: Subplan {
  private struct Copy {
    let slot: Int
    let output: Int
    let bytes: Int
  }

  private let plan: Plan
  private let steps: [Step]
  private let tableBytes: Int
  /// Slots with one address for all runs, as offsets in the arena.
  private let arenaSlots: [(slot: Int, offset: Int)]
  private let constantSlots: [(slot: Int, address: Int)]
  private let inputSlots: [(slot: Int, input: Int)]
  private let outputSlots: [(slot: Int, output: Int)]
  /// Outputs whose bytes are somebody else's: an input, a constant, another output.
  private let copies: [Copy]
  let outputs: [(type: ElementType, shape: Shape)]
  let knownOutputs: [Tensor?]

  init(_ plan: Plan) {
    self.plan = plan
    steps = plan.steps.compactMap { if case .kernel(let step) = $0.action { step } else { nil } }
    tableBytes = (plan.slotCount * MemoryLayout<UnsafeMutableRawPointer>.stride + 63) / 64 * 64
    var arenaSlots: [(slot: Int, offset: Int)] = []
    var constantSlots: [(slot: Int, address: Int)] = []
    var inputSlots: [(slot: Int, input: Int)] = []
    var outputSlots: [(slot: Int, output: Int)] = []
    for (slot, location) in plan.locations.enumerated() {
      switch location {
      case .none, .evaluated: break
      case .constant:
        guard let tensor = plan.readConstants[slot] else { continue }
        constantSlots.append((slot, Int(bitPattern: tensor.base)))
      case .input(let index): inputSlots.append((slot, index))
      case .arena(let offset): arenaSlots.append((slot, offset))
      case .output(let index): outputSlots.append((slot, index))
      }
    }
    for (index, offset) in plan.temporaryOffsets.enumerated() {
      arenaSlots.append((plan.locations.count + index, offset))
    }
    self.arenaSlots = arenaSlots
    self.constantSlots = constantSlots
    self.inputSlots = inputSlots
    self.outputSlots = outputSlots
    let graph: Graph = plan.graph
    var copies: [Copy] = []
    var outputs: [(type: ElementType, shape: Shape)] = []
    for (index, id) in graph.outputs.enumerated() {
      guard case .tensor(let type, _)? = graph[id].type, let shape = graph[id].type?.shape else { continue }
      outputs.append((type, shape))
      if case .output(let home) = plan.locations[id.index], home == index { continue }
      copies.append(Copy(slot: id.index, output: index, bytes: type.byteCount(of: shape.count) ?? 0))
    }
    self.copies = copies
    self.outputs = outputs
    knownOutputs = graph.outputs.map { graph[$0].knownValue?.tensor }
  }

  var stateBytes: Int { tableBytes + plan.arenaBytes }
  var scratchBytes: Int { plan.scratchBytes }

  func begin(state: UnsafeMutableRawPointer) {
    let slots = state.bindMemory(to: UnsafeMutableRawPointer.self, capacity: plan.slotCount)
    slots.initialize(repeating: state, count: plan.slotCount)
    for entry in arenaSlots { slots[entry.slot] = state + tableBytes + entry.offset }
    for entry in constantSlots {
      if let address = UnsafeMutableRawPointer(bitPattern: entry.address) { slots[entry.slot] = address }
    }
  }

  func run(
    state: UnsafeMutableRawPointer, inputs: UnsafePointer<UnsafeMutableRawPointer>,
    outputs: UnsafePointer<UnsafeMutableRawPointer>, context: RunContext
  ) throws(ExecutionError) {
    let slots = state.assumingMemoryBound(to: UnsafeMutableRawPointer.self)
    for entry in inputSlots { slots[entry.slot] = inputs[entry.input] }
    for entry in outputSlots { slots[entry.slot] = outputs[entry.output] }
    let inner = RunContext(
      slots: slots, scratchBase: context.scratchBase, scratchStride: context.scratchStride,
      runner: context.runner, limits: context.limits, backwards: context.backwards)
    try context.limits.checkTime()
    for step in steps { try step.run(inner) }
    for copy in copies { outputs[copy.output].copyMemory(from: slots[copy.slot], byteCount: copy.bytes) }
  }
}
