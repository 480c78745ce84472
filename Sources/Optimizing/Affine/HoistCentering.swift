package import Graphs
internal import Operators
internal import Tensors

/// Turns LayerNormalization into RMSNormalization by centering what writes its input: with C = I - 11'/D,
/// LN(x W + b) = RMS(x (W C) + b C), with the same epsilon.
///
/// A stream of values joined by sums and changes of shape is centered as a whole, with all normalizations
/// that read it. Legal where everybody who reads the stream is such a normalization (no output of the graph,
/// nothing that sees the mean) and everybody who writes it can be centered. The specification's section 2, H.
package struct HoistCentering: RewriteRule {
  package static let name = "HoistCentering"

  /// Whether normalizations with an offset stay as they are: RMSNormalization has none, and another pass over
  /// memory for it would cost more than the mean does.
  private let keepsOffsets: Bool

  package init(keepsOffsets: Bool = false) { self.keepsOffsets = keepsOffsets }

  package func rewrite(_ node: Node, in context: RewriteContext) -> GraphPatch? {
    guard node.op is any MeanNormalization else { return nil }
    var search = CenteringSearch(context, keepsOffsets: keepsOffsets)
    return search.patch(from: node)
  }

  /// Why the normalization at `node` still subtracts a mean; nil where it is none.
  package func obstacle(_ node: Node, in context: RewriteContext) -> String? {
    guard node.op is any MeanNormalization else { return nil }
    var search = CenteringSearch(context, keepsOffsets: keepsOffsets)
    _ = search.patch(from: node)
    return search.obstacle
  }
}

/// One stream, grown from the input of one normalization.
private struct CenteringSearch {
  private let context: RewriteContext
  private let graph: Graph
  private var axes: [ValueID: Int] = [:]
  private var pending: [ValueID] = []
  private var extent: Int = 0
  private var norms: [NodeID] = []
  private var mover: MapMover
  private(set) var obstacle: String?
  private let keepsOffsets: Bool

  init(_ context: RewriteContext, keepsOffsets: Bool) {
    self.context = context
    self.keepsOffsets = keepsOffsets
    graph = context.graph
    mover = MapMover(context, origin: NodeID(-1))
  }

  mutating func patch(from node: Node) -> GraphPatch? {
    guard let op = node.op as? any MeanNormalization, let input = node.inputs[0],
      let axis = op.normalizedAxis(mover.view(node)), op.affineTail(mover.view(node)) != nil,
      let size = graph[input].type?.dimensions?[axis].value, size > 1
    else { return nil }
    extent = size
    join(input, axis)
    while let value = pending.popLast() {
      guard let axis = axes[value], visitProducer(of: value, axis), visitUsers(of: value, axis) else {
        return nil
      }
    }
    return write()
  }

  private mutating func refuse(_ reason: String) -> Bool {
    obstacle = obstacle ?? reason
    return false
  }

  private mutating func join(_ value: ValueID, _ axis: Int) {
    if axes[value] == nil {
      axes[value] = axis
      pending.append(value)
    }
  }

  private mutating func visitProducer(of value: ValueID, _ axis: Int) -> Bool {
    let name: String = graph[value].name
    guard context.uses.outputCount(of: value) == 0 else {
      return refuse("'\(name)' is an output of the graph")
    }
    guard let node = context.producer(of: value) else { return refuse("'\(name)' is an input of the graph") }
    let view: AffineNode = mover.view(node)
    if let linear = node.op as? any AxisLinear,
      let inputs = linear.inputAxes(forOutput: axis, extent: extent, view), let rank = view.outputRank
    {
      for (index, input) in node.inputs.enumerated() {
        guard let input else { continue }
        if graph[input].isKept {
          return refuse("'\(graph[input].name)' of \(node.opName) '\(node.name)' is kept")
        }
        if graph[input].constant == nil, view.constant(index) == nil {
          guard let own = inputs[index] else { continue }
          join(input, own)
        } else if linear.sumsConstants, view.constant(index)?.elementType.isFloatingPoint == true {
          guard let folded = view.constant(index)?.centered(axisOfOutput: axis, rank: rank) else {
            return refuse("a constant of \(node.opName) '\(node.name)' can't be centered")
          }
          mover.replace(node, by: AffineRewrite(op: mover.op(of: node), constants: [index: folded]))
        }
      }
      return true
    }
    if let writer = node.op as? any CenteringWriter, let rewrite = writer.centered(along: axis, view) {
      mover.replace(node, by: rewrite)
      return true
    }
    if isCentered(node, axis, view) { return true }
    if node.op is any MeanNormalization {
      return refuse("gain and offset of \(node.opName) '\(node.name)' give its output a mean")
    }
    return refuse("\(node.opName) '\(node.name)' can't be centered")
  }

  /// Whether the node is a normalization whose output has zero mean.
  private func isCentered(_ node: Node, _ axis: Int, _ view: AffineNode) -> Bool {
    guard let norm = node.op as? any MeanNormalization, norm.normalizedAxis(view) == axis,
      let tail = norm.affineTail(view)
    else { return false }
    return tail.scale.allSatisfy { $0 == tail.scale[0] } && !tail.hasShift
  }

  private mutating func visitUsers(of value: ValueID, _ axis: Int) -> Bool {
    for use in context.uses[value] {
      let node: Node = graph.nodes[use.position]
      if node.op is any ShapeReader { continue }
      let view: AffineNode = mover.view(node)
      if let norm = node.op as? any MeanNormalization, use.input == 0, norm.normalizedAxis(view) == axis,
        norm.affineTail(view) != nil
      {
        if !norms.contains(node.id) { norms.append(node.id) }
        continue
      }
      guard let linear = node.op as? any AxisLinear, let output = node.outputs[0],
        let own = linear.outputAxis(forInput: use.input, axis: axis, extent: extent, view)
      else { return refuse("\(node.opName) '\(node.name)' sees the mean") }
      join(output, own)
    }
    return true
  }

  private mutating func write() -> GraphPatch? {
    var offsets: [NodeID: FoldableConstant] = [:]
    var changed: Set<NodeID> = []
    for id in norms {
      guard let position = context.uses.position(of: id),
        let op = graph.nodes[position].op as? any MeanNormalization,
        let tail = op.affineTail(mover.view(graph.nodes[position]))
      else { return nil }
      let node: Node = graph.nodes[position]
      let view: AffineNode = mover.view(node)
      if keepsOffsets, tail.hasShift { continue }
      changed.insert(id)
      guard let gain = view.constant(1)?.replaced(by: tail.scale, shape: [extent]) else { return nil }
      mover.replace(node, by: AffineRewrite(op: op.withoutMean, constants: [1: gain]))
      if tail.hasShift { offsets[id] = gain.replaced(by: tail.shift, shape: [extent]) }
    }
    guard !changed.isEmpty else {
      obstacle = "RMSNormalization has no offset, and standard operators are asked for"
      return nil
    }
    var patch = MapPatch(mover)
    var result: GraphPatch = patch.writingStaged(dropping: 2, of: changed, adding: offsets)
    result.note = "\(changed.count) by centering \(mover.staged.count - changed.count) writers"
    return result
  }
}
