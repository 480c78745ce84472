package import Graphs
internal import Operators
internal import Tensors

/// Takes one index of an axis before a transposition that did nothing but bring that axis to another place:
///
///     Gather(Transpose(x), index) = Reshape(Gather(x, index))
///
/// where the axes that are left keep their order. Axes of one element may be added or removed in between. The
/// parts of a joint projection of Q, K and V are selected so.
package struct HoistSelection: RewriteRule {
  package static let name = "HoistSelection"

  package init() {}

  package func rewrite(_ node: Node, in context: RewriteContext) -> GraphPatch? {
    guard let op = node.op as? GatherOp, let data = node.inputs[0], let output = node.outputs[0],
      context.dimensions(node.inputs[1])?.isEmpty == true, context.integers(node.inputs[1]) != nil,
      let before = extents(data, context), let result = extents(output, context),
      let (turn, transpose, turned) = transposition(of: data, context), let source = turn.inputs[0],
      let inner = extents(source, context)
    else { return nil }
    let axis: Int = op.axis < 0 ? op.axis + before.count : op.axis
    guard before.indices.contains(axis), before[axis] > 1, !result.contains(0) else { return nil }
    let order: [Int] = transpose.permutation ?? inner.indices.reversed()
    // The axes of the source that have several elements, in the order in which they lie behind it.
    let moving: [Int] = order.filter { inner[$0] > 1 }
    let place: Int = before[..<axis].count { $0 > 1 }
    let kept: [Int] = moving.indices.filter { $0 != place }.map { moving[$0] }
    guard turned.filter({ $0 > 1 }) == before.filter({ $0 > 1 }), kept == kept.sorted(),
      moving != moving.sorted()
    else { return nil }
    var patch = GraphPatch(context.graph)
    let name: String = context.graph[output].name
    let selected: ValueID = patch.add(
      GatherOp(axis: moving[place]), name: node.name, inputs: [source, node.inputs[1]],
      outputName: "\(name).selected")
    let shape: ValueID = patch.constant(
      Tensor(result.map { Int64($0) }, [result.count]), name: "\(name).shape")
    patch.replace(
      output,
      by: patch.add(ReshapeOp(allowsZero: false), name: "", inputs: [selected, shape], outputName: name))
    return patch
  }

  /// The transposition that gave `value`, perhaps before axes of one element were added or removed, and the
  /// extents of its output.
  private func transposition(of value: ValueID, _ context: RewriteContext)
    -> (node: Node, op: TransposeOp, extents: [Int])?
  {
    var value: ValueID = value
    if let node = context.producer(of: value),
      node.op is ReshapeOp || node.op is SqueezeOp || node.op is UnsqueezeOp, let input = node.inputs[0]
    {
      value = input
    }
    guard let (node, op) = context.producer(of: value, as: TransposeOp.self),
      let extents = extents(value, context)
    else { return nil }
    return (node, op, extents)
  }

  private func extents(_ value: ValueID, _ context: RewriteContext) -> [Int]? {
    guard let dimensions = context.dimensions(value) else { return nil }
    let extents: [Int] = dimensions.compactMap(\.value)
    return extents.count == dimensions.count ? extents : nil
  }
}
