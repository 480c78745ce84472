package import Graphs
internal import Operators
internal import Tensors

/// Moves a Reshape that only puts axes of one element in front of a transposed value before the
/// transposition, where it meets other Reshapes.
package struct HoistUnitAxes: RewriteRule {
  package static let name = "HoistUnitAxes"

  package init() {}

  package func rewrite(_ node: Node, in context: RewriteContext) -> GraphPatch? {
    guard node.op is ReshapeOp || node.op is UnsqueezeOp, let output = node.outputs[0],
      let (turn, op) = context.producer(of: node.inputs[0], as: TransposeOp.self),
      context.onlyUser(of: node.inputs[0]) != nil, let source = turn.inputs[0],
      let inner = context.dimensions(source), let middle = context.dimensions(node.inputs[0]),
      let outer = context.dimensions(output), outer.count > middle.count
    else { return nil }
    let added: Int = outer.count - middle.count
    guard outer[..<added].allSatisfy({ $0.value == 1 }), Array(outer[added...]) == middle else { return nil }
    var patch = GraphPatch(context.graph)
    let axes: ValueID = patch.constant(
      Tensor((0..<added).map { Int64($0) }, [added]), name: "\(context.graph[source].name).axes")
    let raised: ValueID = patch.add(
      UnsqueezeOp(), name: node.name, inputs: [source, axes],
      outputName: "\(context.graph[source].name).raised")
    let order: [Int] = op.permutation ?? inner.indices.reversed()
    let result: ValueID = patch.add(
      TransposeOp(permutation: Array(0..<added) + order.map { $0 + added }), name: turn.name,
      inputs: [raised], outputName: context.graph[output].name)
    patch.replace(output, by: result)
    return patch
  }
}
