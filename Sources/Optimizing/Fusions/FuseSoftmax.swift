package import Graphs
internal import Operators
internal import Tensors

/// Makes one Softmax of `exp(x) / sum(exp(x))` along one axis, or of the same of `x - max(x)`.
package struct FuseSoftmax: RewriteRule {
  package static let name = "FuseSoftmax"

  package init() {}

  package func rewrite(_ node: Node, in context: RewriteContext) -> GraphPatch? {
    var nodes = PatternNodes()
    guard let output = node.outputs.first ?? nil, let (numerator, sum) = quotient(node, in: context, &nodes),
      let (power, _) = context.producer(of: numerator, as: ExpOp.self), let exponent = power.inputs[0],
      let (reduction, op) = context.producer(of: sum, as: ReduceSumOp.self), reduction.inputs[0] == numerator,
      let axes = context.reducedAxes(reduction, op.options), axes.count == 1,
      let type = context.graph[exponent].type, type == context.graph[output].type,
      type.elementType?.isFloatingPoint == true
    else { return nil }
    nodes.insert(power)
    nodes.insert(reduction)
    nodes.insert(node)
    guard nodes.isClosed(root: node, in: context) else { return nil }
    let input: ValueID = unshifted(exponent, axes, in: context, nodes) ?? exponent
    var patch = GraphPatch(context.graph)
    let rank: Int = type.dimensions?.count ?? 0
    let result: ValueID = patch.add(
      SoftmaxOp(axis: axes[0] == rank - 1 ? -1 : axes[0]), name: node.name, inputs: [input],
      outputName: context.graph[output].name)
    patch.replace(output, by: result)
    return patch
  }

  private func quotient(_ node: Node, in context: RewriteContext, _ nodes: inout PatternNodes)
    -> (ValueID, ValueID)?
  {
    if node.op is DivOp { return context.bothOrders(node).first }
    guard node.op is MulOp else { return nil }
    for (numerator, factor) in context.bothOrders(node) {
      guard let (inverse, _) = context.producer(of: factor, as: ReciprocalOp.self),
        let sum = inverse.inputs[0]
      else { continue }
      nodes.insert(inverse)
      return (numerator, sum)
    }
    return nil
  }

  /// x where `value` is x - max(x) along the axis, and nobody else uses that.
  private func unshifted(
    _ value: ValueID, _ axes: [Int], in context: RewriteContext, _ nodes: PatternNodes
  ) -> ValueID? {
    guard let (difference, _) = context.producer(of: value, as: SubOp.self), let input = difference.inputs[0],
      let (largest, op) = context.producer(of: difference.inputs[1], as: ReduceMaxOp.self),
      largest.inputs[0] == input, context.reducedAxes(largest, op.options) == axes,
      context.uses.outputCount(of: value) == 0,
      context.uses[value].allSatisfy({ nodes.ids.contains(context.graph.nodes[$0.position].id) })
    else { return nil }
    return input
  }
}
