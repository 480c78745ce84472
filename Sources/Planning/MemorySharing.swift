internal import Graphs
internal import Tensors

/// Decides which values share memory: an operator that only renames its input's elements, or may write
/// over an input that dies there. Values that share have one root, whose bytes they all are.
struct MemorySharing {
  /// When a root's bytes hold something, in steps.
  struct Lifetime {
    let root: Int
    let bytes: Int
    var first: Int
    var last: Int
  }

  let graph: Graph
  private var parents: [Int]
  /// Where a value begins in its root's bytes, and bytes from one of its rows to the next (0: adjacent).
  private var shifts: [Int]
  private var pitches: [Int]
  /// The values of each root that has others than itself.
  private var members: [Int: [Int]] = [:]
  /// The rows of each root that has parts side by side.
  var rowCounts: [Int: Int] = [:]
  private var inputOf: [Int: Int] = [:]
  /// The graph output in whose memory a root is; the first one where several are the same bytes.
  private var outputOf: [Int: Int] = [:]
  private var evaluated: Set<Int> = []
  /// Roots that outlive the step of their last use: evaluated nodes may keep what they are given.
  private var pinned: Set<Int> = []

  init(_ graph: Graph) {
    self.graph = graph
    parents = Array(graph.values.indices)
    shifts = Array(repeating: 0, count: graph.values.count)
    pitches = Array(repeating: 0, count: graph.values.count)
    for (index, input) in graph.inputs.enumerated() { inputOf[input.index] = index }
  }

  func root(of value: Int) -> Int { parents[value] }
  func members(of root: Int) -> [Int] { members[root] ?? [root] }
  func pitch(of value: Int) -> Int { pitches[value] }
  /// Where `value` begins in its root, in bytes.
  func shift(of value: Int) -> Int { shifts[value] }
  /// Elements from a row of `value` to the next; 0 where rows are adjacent.
  func rowStride(of value: ValueID) -> Int {
    guard pitches[value.index] != 0, let width = graph[value].type?.elementType?.byteWidth, width > 0 else {
      return 0
    }
    return pitches[value.index] / width
  }
  func input(of root: Int) -> Int? { inputOf[root] }
  func output(of root: Int) -> Int? { outputOf[root] }
  func isEvaluated(_ root: Int) -> Bool { evaluated.contains(root) }

  func isKnown(_ value: ValueID) -> Bool { graph[value].knownValue?.tensor != nil }

  func byteCount(_ value: ValueID) -> Int? {
    guard case .tensor(let type, _)? = graph[value].type, let shape = graph[value].type?.shape else {
      return nil
    }
    return type.byteCount(of: shape.count)
  }

  /// Settles who shares with whom; marks nodes that need not run.
  mutating func assign(_ running: inout [PlanBuilder.RunningNode]) {
    var lastUse = [Int](repeating: -1, count: graph.values.count)
    for (position, entry) in running.enumerated() {
      for case let input? in entry.node.inputs { lastUse[input.index] = position }
      if !entry.isKernel {
        for case let output? in entry.node.outputs { evaluated.insert(output.index) }
      }
    }
    for output in graph.outputs { lastUse[output.index] = Int.max }
    let strided: [Bool] = stridedValues(running)
    // The last use of a root is that of any value that shares it, which is known only for values already
    // visited; a later alias extends it.
    for position in running.indices {
      let entry: PlanBuilder.RunningNode = running[position]
      guard entry.isKernel else { continue }
      if shareAlias(entry.node, &lastUse) {
        running[position].isAlias = true
      } else if let op = entry.node.op as? any JoiningOperator {
        shareParts(op, entry.node, strided, &lastUse)
      } else if let op = entry.node.op as? any CuttingOperator {
        shareWhole(op, entry.node, strided, &lastUse)
      } else {
        shareInPlace(entry.node, at: position, &lastUse)
      }
    }
    for entry in running where !entry.isKernel {
      for case let input? in entry.node.inputs { pinned.insert(root(of: input.index)) }
    }
    for (index, output) in graph.outputs.enumerated() where !isKnown(output) {
      let root: Int = root(of: output.index)
      // What lies among others is copied from there when the run ends.
      if rowCounts[root] != nil {
        pinned.insert(root)
        continue
      }
      if inputOf[root] == nil, !evaluated.contains(root), outputOf[root] == nil { outputOf[root] = index }
    }
  }

  private mutating func shareAlias(_ node: Node, _ lastUse: inout [Int]) -> Bool {
    guard let op = node.op as? any AliasingOperator, op.aliasedInput < node.inputs.count,
      let input = node.inputs[op.aliasedInput], let output = node.outputs.first ?? nil,
      node.outputs.dropFirst().allSatisfy({ $0 == nil }), !isKnown(input),
      graph[input].type?.elementType == graph[output].type?.elementType,
      byteCount(input) == byteCount(output)
    else { return false }
    guard pitches[input.index] == 0 else { return false }
    join(output.index, to: input.index, &lastUse)
    return true
  }

  private mutating func shareInPlace(_ node: Node, at position: Int, _ lastUse: inout [Int]) {
    guard let op = node.op as? any InPlaceOperator, let output = node.outputs.first ?? nil,
      node.outputs.dropFirst().allSatisfy({ $0 == nil }), let bytes = byteCount(output)
    else { return }
    for index in op.inPlaceInputs where index < node.inputs.count {
      guard let input = node.inputs[index], !isKnown(input), byteCount(input) == bytes,
        graph[input].type == graph[output].type
      else { continue }
      let root: Int = root(of: input.index)
      guard pitches[input.index] == 0, lastUse[root] == position, inputOf[root] == nil,
        !evaluated.contains(root)
      else { continue }
      // Another input in the same memory, read in another order, would see what was written.
      let clash: Bool = node.inputs.contains { other in
        guard let other, other != input else { return false }
        return self.root(of: other.index) == root
      }
      if clash { continue }
      join(output.index, to: input.index, &lastUse)
      return
    }
  }

  /// Gives `value`, a root of its own, the memory of `other`.
  private mutating func join(_ value: Int, to other: Int, _ lastUse: inout [Int]) {
    let root: Int = parents[other]
    move(value, to: root, at: shifts[other], pitch: 0, &lastUse)
  }

  /// Puts the values of root `part` into the memory of `root`, from `shift` on.
  mutating func move(_ part: Int, to root: Int, at shift: Int, pitch: Int, _ lastUse: inout [Int]) {
    let moved: [Int] = members.removeValue(forKey: part) ?? [part]
    for value in moved {
      parents[value] = root
      shifts[value] += shift
      if pitch != 0 { pitches[value] = pitch }
    }
    members[root, default: [root]] += moved
    lastUse[root] = max(lastUse[root], lastUse[part])
  }
}

extension MemorySharing {
  /// The lifetimes of the roots that the arena holds, in steps (nodes that run; aliases are none).
  func lifetimes(_ running: [PlanBuilder.RunningNode]) -> [Lifetime] {
    var found: [Int: Lifetime] = [:]
    let stepCount: Int = running.reduce(0) { $0 + ($1.isAlias ? 0 : 1) }
    var step: Int = 0
    for entry in running {
      for case let value? in entry.node.outputs + entry.node.inputs where !isKnown(value) {
        let root: Int = root(of: value.index)
        if inputOf[root] != nil || outputOf[root] != nil || evaluated.contains(root) { continue }
        // An alias stands between steps: its bytes are in use until the step before and from the next on.
        let last: Int = entry.isAlias ? max(step - 1, 0) : step
        guard let bytes = byteCount(ValueID(root)) else { continue }
        var lifetime: Lifetime =
          found[root] ?? Lifetime(root: root, bytes: bytes, first: step, last: step)
        lifetime.last = pinned.contains(root) ? stepCount : max(lifetime.last, last)
        found[root] = lifetime
      }
      if !entry.isAlias { step += 1 }
    }
    return found.values.sorted { $0.root < $1.root }
  }
}
