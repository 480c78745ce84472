internal import Graphs
internal import KernelInterface
internal import Tensors

/// Turns an inferred graph into a plan, in four passes: which nodes run and how, who shares whose memory,
/// preparation, arena layout.
struct PlanBuilder {
  private let graph: Graph
  private let kernels: KernelTable
  private let weights: WeightCache
  private let memoryLimit: Int
  private let usage = SlotUsage()
  private var sharing: MemorySharing
  private var running: [RunningNode] = []
  private var steps: [Plan.PlannedStep] = []
  private var temporaries: [(bytes: Int, step: Int)] = []
  private var scratchBytes: Int = 0
  private var reducedProducts: Int = 0
  /// Nodes whose operator could not prepare itself because it needs to know what only the data tell.
  private var dataDependent: Set<NodeID> = []

  /// A node that must run, and whether as a step of kernels.
  struct RunningNode {
    let node: Node
    var isKernel: Bool
    /// Whether its output is its input's memory, so that nothing runs.
    var isAlias: Bool = false
  }

  init(graph: Graph, kernels: KernelTable, weights: WeightCache, memoryLimit: Int) {
    self.memoryLimit = memoryLimit
    self.graph = graph
    self.kernels = kernels
    self.weights = weights
    sharing = MemorySharing(graph)
  }

  mutating func build() throws(PlanError) -> Plan {
    // Preparing may find that nodes can't be planned ahead, which changes who shares memory with whom:
    // then all is done once more with these nodes evaluated.
    var known: Int
    repeat {
      known = dataDependent.count
      running = []
      steps = []
      temporaries = []
      scratchBytes = 0
      reducedProducts = 0
      sharing = MemorySharing(graph)
      collectRunningNodes()
      sharing.assign(&running)
      try prepareAll()
    } while dataDependent.count > known
    let outputBytes: Int = try checkSizes()
    let plan: Plan = layOut()
    let total: Int = plan.arenaBytes + plan.scratchBytes + outputBytes + weights.byteCount
    guard total <= memoryLimit else { throw tooLarge(total) }
    return plan
  }

  /// The nodes that outputs need and whose results aren't known already.
  private mutating func collectRunningNodes() {
    var needed = [Bool](repeating: false, count: graph.values.count)
    for output in graph.outputs { needed[output.index] = graph[output].knownValue?.tensor == nil }
    var reversed: [RunningNode] = []
    for node in graph.nodes.reversed() {
      guard node.outputs.contains(where: { $0.map { needed[$0.index] } ?? false }) else { continue }
      reversed.append(RunningNode(node: node, isKernel: canRunAsKernel(node)))
      for case let input? in node.inputs where graph[input].knownValue?.tensor == nil {
        needed[input.index] = true
      }
    }
    running = reversed.reversed()
  }

  private func canRunAsKernel(_ node: Node) -> Bool {
    guard node.op is any KernelOperator else { return false }
    for case let value? in node.inputs + node.outputs {
      guard let type = graph[value].type, let element = type.elementType, element != .string,
        type.shape != nil
      else { return false }
    }
    return !dataDependent.contains(node.id)
  }

  private func context(for node: Node, firstTemporarySlot: Int, subgraphs: PlannedSubgraphs)
    -> PrepareContext
  {
    func operand(_ value: ValueID?) -> PrepareContext.Operand? {
      guard let value, case .tensor(let type, _)? = graph[value].type, let shape = graph[value].type?.shape
      else { return nil }
      return PrepareContext.Operand(
        elementType: type, shape: shape, slot: value.index, constant: graph[value].knownValue?.tensor,
        rowStride: sharing.rowStride(of: value), usage: usage)
    }
    return PrepareContext(
      inputs: node.inputs.map(operand), outputs: node.outputs.map(operand), kernels: kernels,
      weights: weights, subgraphs: subgraphs, firstTemporarySlot: firstTemporarySlot, place: node.place)
  }

  private mutating func prepareAll() throws(PlanError) {
    for entry in running where !entry.isAlias {
      let node: Node = entry.node
      guard entry.isKernel, let op = node.op as? any KernelOperator else {
        steps.append(
          Plan.PlannedStep(
            place: node.place, node: node.id,
            action: .evaluate(Plan.EvaluatedNode(op: node.op, inputs: node.inputs, outputs: node.outputs)),
            cost: Cost(flops: 0, bytes: 0)))
        for case let input? in node.inputs { usage.markUsed(input.index) }
        continue
      }
      let subgraphs = PlannedSubgraphs(kernels: kernels, weights: weights, memoryLimit: memoryLimit)
      var context: PrepareContext = context(
        for: node, firstTemporarySlot: graph.values.count + temporaries.count, subgraphs: subgraphs)
      let step: Step
      do { step = try op.prepare(&context) } catch {
        if error.code == .unknownShape {
          dataDependent.insert(node.id)
          continue
        }
        var located: PlanError = error
        located.place = error.place.within(node.place)
        throw located
      }
      temporaries += context.temporaries.map { ($0, steps.count) }
      scratchBytes = max(scratchBytes, context.scratchBytes)
      reducedProducts += context.reducedProducts + subgraphs.count.products
      steps.append(
        Plan.PlannedStep(
          place: node.place, node: node.id, action: .kernel(step), cost: graph.cost(of: node)))
    }
  }

  /// Refuses values each of which is larger than all memory, before anything is added up; returns the bytes
  /// of the outputs.
  private func checkSizes() throws(PlanError) -> Int {
    var outputs: Int = 0
    for value in graph.values {
      guard value.constant == nil, let type = value.type?.elementType, let shape = value.type?.shape else {
        continue
      }
      let bytes: Int = Shape(checking: shape.extents).flatMap { type.byteCount(of: $0.count) } ?? .max
      guard bytes <= min(memoryLimit, 1 << 44) else {
        throw PlanError(
          .tooLarge, "a tensor \(type.name)\(shape) is larger than the memory limit",
          at: GraphPlace(value: value.name))
      }
    }
    for output in graph.outputs {
      guard let type = graph[output].type?.elementType, let shape = graph[output].type?.shape else {
        continue
      }
      outputs += type.byteCount(of: shape.count) ?? 0
    }
    guard outputs <= memoryLimit, temporaries.allSatisfy({ $0.bytes <= min(memoryLimit, 1 << 44) }) else {
      throw tooLarge(outputs)
    }
    return outputs
  }

  private func tooLarge(_ bytes: Int) -> PlanError {
    PlanError(
      .tooLarge, "a run would need \(bytes >> 20) MiB of memory; the limit is \(memoryLimit >> 20) MiB")
  }

  private func layOut() -> Plan {
    let lifetimes: [MemorySharing.Lifetime] = sharing.lifetimes(running)
    var buffers: [ArenaLayout.Buffer] = lifetimes.map {
      ArenaLayout.Buffer(bytes: $0.bytes, first: $0.first, last: $0.last)
    }
    buffers += temporaries.map { ArenaLayout.Buffer(bytes: $0.bytes, first: $0.step, last: $0.step) }
    let layout = ArenaLayout(buffers)
    var offsets: [Int: Int] = [:]
    for (index, lifetime) in lifetimes.enumerated() { offsets[lifetime.root] = layout.offsets[index] }
    for output in graph.outputs { usage.markUsed(output.index) }
    var readConstants: [Int: Tensor] = [:]
    let locations: [Plan.Location] = graph.values.indices.map { index in
      let root: Int = sharing.root(of: index)
      if let tensor = graph.values[index].knownValue?.tensor {
        if usage.isUsed(index) { readConstants[index] = tensor.aligned }
        return .constant(tensor)
      }
      if let input = sharing.input(of: root) { return .input(input) }
      if let output = sharing.output(of: root) { return .output(output) }
      if sharing.isEvaluated(root) { return .evaluated(root: root) }
      return offsets[root].map { .arena($0 + sharing.shift(of: index)) } ?? .none
    }
    return Plan(
      graph: graph, steps: steps, locations: locations,
      temporaryOffsets: Array(layout.offsets[lifetimes.count...]), arenaBytes: layout.bytes,
      scratchBytes: (scratchBytes + 63) / 64 * 64, readConstants: readConstants,
      reducedProducts: reducedProducts)
  }
}
