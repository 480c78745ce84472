internal import Graphs
internal import Planning
internal import Tensors

/// The memory of one run of a plan at a time: the arena, the table of slots, scratch. Kept between runs.
final class RunState {
  private let plan: Plan
  private let arena: Storage
  private let scratch: Storage
  private let table: UnsafeMutablePointer<UnsafeMutableRawPointer>
  /// For each graph input and output, the slots that are its bytes.
  private let inputSlots: [[Int]]
  private let outputSlots: [[Int]]
  /// For each evaluated value, the slots that are its bytes.
  private let evaluatedSlots: [Int: [Int]]
  private let workerCount: Int

  init(_ plan: Plan, workerCount: Int) {
    self.plan = plan
    self.workerCount = workerCount
    arena = Storage(byteCount: plan.arenaBytes + 64)
    scratch = Storage(byteCount: plan.scratchBytes * workerCount)
    table = .allocate(capacity: max(plan.slotCount, 1))
    table.initialize(repeating: arena.base, count: max(plan.slotCount, 1))
    var inputSlots = [[Int]](repeating: [], count: plan.graph.inputs.count)
    var outputSlots = [[Int]](repeating: [], count: plan.graph.outputs.count)
    var evaluatedSlots: [Int: [Int]] = [:]
    for (slot, location) in plan.locations.enumerated() {
      switch location {
      case .none: break
      case .constant:
        guard let tensor = plan.readConstants[slot] else { continue }
        table[slot] = UnsafeMutableRawPointer(mutating: tensor.base)
      case .input(let index): inputSlots[index].append(slot)
      case .arena(let offset): table[slot] = arena.base + offset
      case .output(let index): outputSlots[index].append(slot)
      case .evaluated(let root): evaluatedSlots[root, default: []].append(slot)
      }
    }
    for (index, offset) in plan.temporaryOffsets.enumerated() {
      table[plan.locations.count + index] = arena.base + offset
    }
    self.inputSlots = inputSlots
    self.outputSlots = outputSlots
    self.evaluatedSlots = evaluatedSlots
  }

  deinit { table.deallocate() }

  /// Runs the plan once. `inputs` have the types and shapes that the plan was made for.
  func run(
    _ inputs: [Value?], runner: any TaskRunner, evaluation: OperatorEvaluator, profile: RunProfile?
  ) throws(ExecutionError) -> [Value?] {
    try evaluation.limits.checkTime()
    let graph: Graph = plan.graph
    // Values that are no bytes of the arena: inputs, constants, what evaluating gave.
    var values = [Value?](repeating: nil, count: graph.values.count)
    for (index, input) in inputs.enumerated() {
      guard let input else { continue }
      var held: Value = input
      if let tensor = input.tensor {
        let aligned: Tensor = tensor.aligned
        held = .tensor(aligned)
        for slot in inputSlots[index] { table[slot] = UnsafeMutableRawPointer(mutating: aligned.base) }
      }
      values[graph.inputs[index].index] = held
    }
    var outputStorages: [Storage?] = []
    for (index, slots) in outputSlots.enumerated() {
      guard !slots.isEmpty, let bytes = byteCount(graph.outputs[index]) else {
        outputStorages.append(nil)
        continue
      }
      let storage = Storage(byteCount: bytes)
      for slot in slots { table[slot] = storage.base }
      outputStorages.append(storage)
    }
    let context = RunContext(
      slots: table, scratchBase: scratch.base, scratchStride: plan.scratchBytes, runner: runner,
      limits: evaluation.limits)
    for (index, step) in plan.steps.enumerated() {
      try evaluation.limits.checkTime()
      let start: UInt64 = profile == nil ? 0 : MonotonicClock.nanoseconds
      switch step.action {
      case .kernel(let kernel):
        do throws(ExecutionError) { try kernel.run(context) } catch {
          var located: ExecutionError = error
          located.place = error.place.within(step.place)
          throw located
        }
      case .evaluate(let node):
        try evaluate(node, at: step.place, values: &values, outputs: outputStorages, evaluation)
      }
      if let profile {
        profile.add(step: index, start: start, nanoseconds: MonotonicClock.nanoseconds &- start)
      }
    }
    var results: [Value?] = []
    for id in graph.outputs {
      let value: Value? = value(of: id, values: values, outputs: outputStorages)
      results.append(value.map { detached($0) })
    }
    withExtendedLifetime((values, outputStorages)) {}
    return results
  }

  private func evaluate(
    _ node: Plan.EvaluatedNode, at place: GraphPlace, values: inout [Value?], outputs: [Storage?],
    _ evaluation: OperatorEvaluator
  ) throws(ExecutionError) {
    let inputs: [Value?] = node.inputs.map { id in
      id.flatMap { value(of: $0, values: values, outputs: outputs) }
    }
    let results: [Value?] = try evaluation.evaluate(
      node.op, inputs: inputs, wantsOutput: node.outputs.map { $0 != nil }, place: place)
    for (id, result) in zip(node.outputs, results) {
      guard let id else { continue }
      guard let result else {
        throw ExecutionError(
          .invalidData, "the operator gave no value for '\(plan.graph[id].name)'", at: place)
      }
      try expect(result, id, place)
      guard let tensor = result.tensor, tensor.elementType != .string else {
        values[id.index] = result
        continue
      }
      let aligned: Tensor = tensor.aligned
      values[id.index] = .tensor(aligned)
      for slot in evaluatedSlots[id.index] ?? [] {
        table[slot] = UnsafeMutableRawPointer(mutating: aligned.base)
      }
    }
  }

  /// Later steps were prepared for the type that inference promised.
  private func expect(_ value: Value, _ id: ValueID, _ place: GraphPlace) throws(ExecutionError) {
    guard let tensor = value.tensor, let type = plan.graph[id].type else { return }
    guard type.elementType == nil || type.elementType == tensor.elementType,
      type.shape == nil || type.shape == tensor.shape
    else {
      throw ExecutionError(
        .shapeMismatch,
        "value '\(plan.graph[id].name)' was expected to be \(type), found \(tensor.elementType.name)\(tensor.shape)",
        at: place)
    }
  }

  /// The value as it is now; a tensor in the arena is a view that is valid during this run.
  private func value(of id: ValueID, values: [Value?], outputs: [Storage?]) -> Value? {
    if let value = values[id.index] { return value }
    let record: ValueRecord = plan.graph[id]
    switch plan.locations[id.index] {
    case .none: return nil
    case .constant(let tensor): return .tensor(tensor)
    case .input(let index):
      return values[plan.graph.inputs[index].index]?.tensor.flatMap { view($0, as: record) }
    case .evaluated(let root): return values[root]?.tensor.flatMap { view($0, as: record) }
    case .output(let index):
      guard let storage = outputs[index], let type = record.type?.elementType, let shape = record.type?.shape
      else { return nil }
      return .tensor(Tensor(type, shape, storage: storage))
    case .arena(let offset):
      guard let type = record.type?.elementType, let shape = record.type?.shape else { return nil }
      return .tensor(Tensor(type, shape, storage: arena, byteOffset: offset))
    }
  }

  private func view(_ tensor: Tensor, as record: ValueRecord) -> Value? {
    record.type?.shape.map { .tensor(tensor.reshaped($0)) }
  }

  private func byteCount(_ id: ValueID) -> Int? {
    guard case .tensor(let type, _)? = plan.graph[id].type, let shape = plan.graph[id].type?.shape else {
      return nil
    }
    return type.byteCount(of: shape.count)
  }

  /// The same value with nothing of it in the arena, which the next run overwrites.
  private func detached(_ value: Value) -> Value {
    switch value {
    case .tensor(let tensor):
      guard tensor.storage === arena else { return value }
      let copy = Storage(byteCount: tensor.byteCount)
      copy.base.copyMemory(from: tensor.base, byteCount: tensor.byteCount)
      return .tensor(Tensor(tensor.elementType, tensor.shape, storage: copy))
    case .sequence(let elements): return .sequence(elements.map { detached($0) })
    case .optional(let element): return .optional(element.map { detached($0) })
    case .map(let keys, let values): return .map(keys: keys, values: values.map { detached($0) })
    }
  }
}
