internal import Graphs
internal import Operators
internal import Tensors

/// Looks for places that can take an affine map, from a value upwards to its producers or downwards to its
/// users, across operators that a map can cross; collects what would change, and why it stopped.
///
/// Nothing is changed here: `MapPatch` turns what was collected into a patch. An attempt that fails part of
/// the way leaves the collection as it was.
struct MapMover {
  let context: RewriteContext
  /// Nodes with what they become.
  private(set) var staged: [NodeID: AffineRewrite] = [:]
  /// What stood in the way, in the order it was met.
  private(set) var obstacles: [MapObstacle] = []
  /// The node whose own map is being moved: it is on the way of no search.
  private let origin: NodeID
  private let deepest: Int = 64

  init(_ context: RewriteContext, origin: NodeID) {
    self.context = context
    self.origin = origin
  }

  // Views

  /// The node as it is with what has been staged.
  func view(_ node: Node) -> AffineNode {
    let graph: Graph = context.graph
    var constants: [FoldableConstant?] = node.inputs.map { id in
      guard let id, !graph[id].isKept else { return nil }
      guard let tensor = graph[id].constant else { return quantized(id) }
      return graph[id].pending ?? FoldableConstant(tensor)
    }
    var inputs: [ValueType?] = node.inputs.map { $0.flatMap { graph[$0].type } }
    for (index, constant) in staged[node.id]?.constants ?? [:] {
      while constants.count <= index {
        constants.append(nil)
        inputs.append(nil)
      }
      constants[index] = constant
      inputs[index] = .tensor(constant.elementType, constant.shape)
    }
    return AffineNode(
      inputs: inputs, outputs: node.outputs.map { $0.flatMap { graph[$0].type } }, constants: constants)
  }

  /// A value that is made of constant codes.
  private func quantized(_ value: ValueID) -> FoldableConstant? {
    guard let producer = context.producer(of: value), let op = producer.op as? any ConstantDequantizer else {
      return nil
    }
    return op.quantizedConstant(view(producer)).map { FoldableConstant($0) }
  }

  func op(of node: Node) -> any Operator { staged[node.id]?.op ?? node.op }

  private mutating func stage(_ rewrite: AffineRewrite, for node: Node) {
    var merged: AffineRewrite = staged[node.id] ?? AffineRewrite(op: node.op)
    merged.op = rewrite.op
    merged.constants.merge(rewrite.constants) { $1 }
    if let addend = rewrite.addend {
      merged.addend = merged.addend.flatMap { $0.sum(with: addend) } ?? addend
    }
    staged[node.id] = merged
  }

  /// The elements that are added to, where shifts became sums after a node; an axis of unknown extent counts
  /// as one element, as it does in `elements(of:)`.
  var addedElements: Double {
    var sum: Double = 0
    for (id, rewrite) in staged where rewrite.addend != nil {
      guard let position = context.uses.position(of: id) else { continue }
      sum += elements(of: context.graph.nodes[position].outputs[0])
    }
    return sum
  }

  func elements(of value: ValueID?) -> Double {
    let dimensions: [Dimension] = value.flatMap { context.graph[$0].type?.dimensions } ?? []
    return dimensions.reduce(1) { $0 * Double($1.value ?? 1) }
  }

  /// Stages `rewrite` for the node whose map is moved.
  mutating func replace(_ node: Node, by rewrite: AffineRewrite) { stage(rewrite, for: node) }

  private mutating func refuse(_ reason: String, by node: Node? = nil) -> Bool {
    obstacles.add(MapObstacle(subject: node.map(describe) ?? reason, reason: reason))
    return false
  }

  // Searches

  /// Has everything that makes `value` give `map` of it instead. `user` is the node for which that is: nobody
  /// else may use the value.
  mutating func moveUp(_ value: ValueID, _ map: AxisMap, user: NodeID, depth: Int = 0) -> Bool {
    if map.isIdentity { return true }
    let graph: Graph = context.graph
    guard depth < deepest, map.isFinite else { return refuse("the map is not finite or too far away") }
    let uses = context.uses[value]
    guard context.uses.outputCount(of: value) == 0 else {
      return refuse("'\(graph[value].name)' is an output of the graph")
    }
    if graph[value].isKept { return refuse("'\(graph[value].name)' is kept") }
    guard uses.allSatisfy({ isUser($0, user, of: map) }),
      uses.filter({ graph.nodes[$0.position].id == user }).count == 1
    else {
      return refuse("'\(graph[value].name)' has other users")
    }
    guard let producer = context.producer(of: value) else {
      return refuse("'\(graph[value].name)' is an input of the graph")
    }
    let op: any Operator = op(of: producer)
    let view: AffineNode = view(producer)
    if let dividing = op as? any DividingCrossing, let index = producer.outputs.firstIndex(of: value),
      let input = producer.inputs[0], let whole = dividing.backward(map, fromOutput: index, view)
    {
      return moveUp(input, whole, user: producer.id, depth: depth + 1)
    }
    guard producer.outputs.first == .some(.some(value)) else {
      return refuse("\(describe(producer)) has several outputs")
    }
    if let rewrite = absorbing(op, outputMap: map, view) {
      stage(rewrite, for: producer)
      return true
    }
    if let crossing = op as? any MapCrossing {
      for choice in crossing.backward(map, view) {
        let rewrite: AffineRewrite? = crossing.backwardRewrite(map, view)
        if moveUp(choice, of: producer, rewrite, depth: depth + 1) { return true }
      }
    }
    if let absorber = op as? any AddendAbsorber,
      let rewrite = absorber.absorbingWithAddend(outputMap: map, view)
    {
      stage(rewrite, for: producer)
      return true
    }
    for case let input? in producer.inputs where graph[input].isKept {
      return refuse("'\(graph[input].name)' of \(describe(producer)) is kept")
    }
    return refuse("\(describe(producer)) can't take \(describe(map)) of its output", by: producer)
  }

  /// Whether the use is the one by `user`, or by a node that does not see `map`.
  private func isUser(_ use: GraphUses.Use, _ user: NodeID, of map: AxisMap) -> Bool {
    let node: Node = context.graph.nodes[use.position]
    if node.id == user { return true }
    guard let other = op(of: node) as? any PickingOperator else { return false }
    return other.ignores(map, at: use.input, view(node))
  }

  /// What the operator becomes where it takes all of `map`: in its parameters, or in the map that it ends in.
  private func absorbing(_ op: any Operator, outputMap map: AxisMap, _ view: AffineNode) -> AffineRewrite? {
    if let absorber = op as? any OutputMapAbsorber { return absorber.absorbing(outputMap: map, view) }
    guard let norm = op as? any AffineTailOperator, let tail = norm.affineTail(view),
      let whole = map.after(tail)
    else { return nil }
    return norm.replacingTail(whole, view)
  }

  /// All maps of one choice, or none.
  private mutating func moveUp(
    _ choice: [Int: AxisMap], of node: Node, _ rewrite: AffineRewrite?, depth: Int
  ) -> Bool {
    let before: [NodeID: AffineRewrite] = staged
    if let rewrite { stage(rewrite, for: node) }
    for (index, map) in choice.sorted(by: { $0.key < $1.key }) {
      guard let input = node.inputs[index] else { continue }
      let done: Bool
      if view(node).constant(index) != nil || context.graph[input].constant != nil {
        done = foldIntoConstant(map, index: index, of: node)
      } else {
        done = moveUp(input, map, user: node.id, depth: depth)
      }
      guard done else {
        staged = before
        return false
      }
    }
    return true
  }

  private mutating func foldIntoConstant(_ map: AxisMap, index: Int, of node: Node) -> Bool {
    if let input = node.inputs[index], context.graph[input].isKept {
      return refuse("'\(context.graph[input].name)' is kept")
    }
    let view: AffineNode = view(node)
    let op: any Operator = op(of: node)
    let broadcasts: Bool = (op as? any MapCrossing)?.broadcastsInputs ?? false
    guard let constant = view.constant(index), let rank = broadcasts ? view.outputRank : view.rank(index),
      let folded = constant.mapped(by: map, rank: rank)
    else { return false }
    stage(AffineRewrite(op: op, constants: [index: folded]), for: node)
    return true
  }

  /// Has every user of `value` do with it what it did with `map` of it.
  mutating func moveDown(_ value: ValueID, _ map: AxisMap, depth: Int = 0) -> Bool {
    if map.isIdentity { return true }
    let graph: Graph = context.graph
    guard depth < deepest, map.isFinite else { return refuse("the map is not finite or too far away") }
    guard context.uses.outputCount(of: value) == 0 else {
      return refuse("'\(graph[value].name)' is an output of the graph")
    }
    let before: [NodeID: AffineRewrite] = staged
    for use in usesCheapestFirst(of: value) {
      let node: Node = graph.nodes[use.position]
      guard node.id != origin, moveInto(node, index: use.input, map, depth: depth) else {
        staged = before
        return false
      }
    }
    return true
  }

  /// The uses of `value`, those by nodes without constants first: they refuse before weights are looked at.
  private func usesCheapestFirst(of value: ValueID) -> [GraphUses.Use] {
    func constantBytes(_ use: GraphUses.Use) -> Int {
      context.graph.nodes[use.position].inputs.reduce(0) { sum, input in
        sum + (input.flatMap { context.graph[$0].constant?.byteCount } ?? 0)
      }
    }
    let uses = context.uses[value]
    guard uses.count > 1 else { return Array(uses) }
    return uses.map { ($0, constantBytes($0)) }.sorted { $0.1 < $1.1 }.map(\.0)
  }

  private mutating func moveInto(_ node: Node, index: Int, _ map: AxisMap, depth: Int) -> Bool {
    let op: any Operator = op(of: node)
    let view: AffineNode = view(node)
    if let absorber = op as? any InputMapAbsorber,
      let rewrite = absorber.absorbing(inputMap: map, at: index, view)
    {
      stage(rewrite, for: node)
      return true
    }
    if let dividing = op as? any DividingCrossing, let maps = dividing.forward(map, view) {
      // What failed is put back by the caller.
      return zip(node.outputs, maps).allSatisfy { output, next in
        output.map { moveDown($0, next, depth: depth + 1) } ?? true
      }
    }
    if cross(node, op, index: index, map, view, depth: depth) { return true }
    if let absorber = op as? any AddendAbsorber,
      let rewrite = absorber.absorbingWithAddend(inputMap: map, at: index, view)
    {
      stage(rewrite, for: node)
      return true
    }
    for case let input? in node.inputs where context.graph[input].isKept {
      return refuse("'\(context.graph[input].name)' of \(describe(node)) is kept")
    }
    var reason: String = "\(describe(node)) can't take \(describe(map)) of its input"
    if let other = otherSummand(of: node, index), map.hasScale {
      reason += ", for '\(context.graph[other].name)' has no such scale"
    }
    return refuse(reason, by: node)
  }

  /// What a sum or difference adds to its input `index`, where that is no constant.
  private func otherSummand(of node: Node, _ index: Int) -> ValueID? {
    guard node.op is AddOp || node.op is SubOp, node.inputs.count == 2, let other = node.inputs[1 - index],
      context.graph[other].constant == nil
    else { return nil }
    return other
  }

  private mutating func cross(
    _ node: Node, _ op: any Operator, index: Int, _ map: AxisMap, _ view: AffineNode, depth: Int
  ) -> Bool {
    guard let crossing = op as? any MapCrossing, let output = node.outputs.first ?? nil,
      node.outputs.dropFirst().allSatisfy({ $0 == nil }),
      let (next, rewrite) = crossing.forward(map, from: index, view)
    else { return false }
    let before: [NodeID: AffineRewrite] = staged
    if let rewrite { stage(rewrite, for: node) }
    if moveDown(output, next, depth: depth + 1) { return true }
    staged = before
    return false
  }

  private func describe(_ node: Node) -> String {
    node.name.isEmpty ? node.opName : "\(node.opName) '\(node.name)'"
  }

  private func describe(_ map: AxisMap) -> String {
    map.hasScale ? (map.hasShift ? "a scale and shift" : "a scale") : "a shift"
  }
}
