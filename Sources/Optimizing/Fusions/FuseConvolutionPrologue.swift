package import Graphs
internal import KernelInterface
internal import Operators
internal import Tensors

/// Lets a channels-last convolution of one tap apply what stands before it as it reads its input:
///
///     Conv(Relu(x * scale + shift))
///
/// each part of which may be missing: a scale and a shift for each channel (constants along the last axis),
/// or a gate, a scale [batch, 1, 1, channels] that the graph computes, and Relu. All of it must be used by
/// the convolution alone.
package struct FuseConvolutionPrologue: RewriteRule {
  package static let name = "FuseConvolutionPrologue"

  package init() {}

  package func rewrite(_ node: Node, in context: RewriteContext) -> GraphPatch? {
    let graph: Graph = context.graph
    guard let (convolution, ending) = convolution(node), let x = node.inputs[0], let output = node.outputs[0],
      let weights = node.inputs[1], let filter = graph[weights].type?.shape,
      filter.count(2..<filter.rank) == 1,
      let type = graph[x].type, let dimensions = type.dimensions, dimensions.count == 4,
      let channels = dimensions[3].value
    else { return nil }
    var source: ValueID = x
    var prologue = FusedPrologue()
    var inputs: [ValueID?] = node.inputs + Array(repeating: nil, count: max(0, 6 - node.inputs.count))
    if let relu = before(source, context), relu.op is ReluOp, let value = relu.inputs[0] {
      prologue.floor = 0
      source = value
    }
    if let (value, shift) = operands(of: AddOp.self, source, context),
      isForChannels(shift, channels, graph), graph[value].type == type
    {
      inputs[5] = shift
      source = value
    }
    if let (value, scale) = operands(of: MulOp.self, source, context), graph[value].type == type,
      isForChannels(scale, channels, graph) || isGate(scale, dimensions, graph)
    {
      inputs[4] = scale
      source = value
      // A shift for each channel and a scale for each image don't go together.
      if inputs[5] != nil, !isForChannels(scale, channels, graph) { return nil }
    }
    guard source != x else { return nil }
    inputs[0] = source
    var patch = GraphPatch(graph)
    let fused: ValueID = patch.add(
      convolution.fused(prologue, ending), name: node.name,
      inputs: Array(inputs[...(inputs.lastIndex { $0 != nil } ?? 0)]), outputName: graph[output].name)
    patch.replace(output, by: fused)
    return patch
  }

  /// A channels-last convolution, plain or with an ending, that has no prologue yet.
  private func convolution(_ node: Node) -> (ConvOp, FusedEnding)? {
    let found: (ConvOp, FusedEnding)?
    if let fused = node.op as? FusedProductOp<ConvOp> {
      let isFree: Bool = node.inputs.count <= 4 && fused.prologue == FusedPrologue()
      found = isFree ? (fused.product, fused.ending) : nil
    } else {
      found = (node.op as? ConvOp).map { ($0, FusedEnding()) }
    }
    guard let found, found.0.layouts == .channelsLast, found.0.groups == 1 else { return nil }
    return found
  }

  private func before(_ value: ValueID, _ context: RewriteContext) -> Node? {
    context.isOnlyUse(of: value) ? context.producer(of: value) : nil
  }

  /// The operands of the node of type `Op` that makes `value`, a constant or a smaller one second.
  private func operands<Op: Operator>(of type: Op.Type, _ value: ValueID, _ context: RewriteContext)
    -> (ValueID, ValueID)?
  {
    guard let node = before(value, context), node.op is Op, let left = node.inputs[0],
      let right = node.inputs[1]
    else { return nil }
    return context.graph[left].type == context.graph[value].type ? (left, right) : (right, left)
  }

  /// Whether `value` is a constant with one number for each channel.
  private func isForChannels(_ value: ValueID, _ channels: Int, _ graph: Graph) -> Bool {
    guard let shape = graph[value].constant?.shape else { return false }
    return shape.count == channels && shape.extents.last == channels
  }

  private func isGate(_ value: ValueID, _ dimensions: [Dimension], _ graph: Graph) -> Bool {
    graph[value].type?.dimensions == [dimensions[0], 1, 1, dimensions[3]]
  }
}
