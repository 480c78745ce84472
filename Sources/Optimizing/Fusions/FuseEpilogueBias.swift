package import Graphs
internal import Operators
internal import Tensors

/// Lets a matrix product add the bias that an Add after it adds: one value for each column,
/// `MatMul(A, B) + b` with b [n], or a constant that is n values along the last axis.
///
/// The product must be used by the Add alone, and its last extent must be known and more than 1.
package struct FuseEpilogueBias: RewriteRule {
  package static let name = "FuseEpilogueBias"

  package init() {}

  package func rewrite(_ node: Node, in context: RewriteContext) -> GraphPatch? {
    let graph: Graph = context.graph
    guard node.op is AddOp, let output = node.outputs[0] else { return nil }
    for side in 0..<2 {
      guard let sum = node.inputs[side], let bias = node.inputs[1 - side], sum != bias,
        context.isOnlyUse(of: sum), graph[sum].type == graph[output].type,
        let before = context.producer(of: sum), var product = FusableProduct(before, graph),
        product.takesColumnBias, let columns = graph[sum].type?.dimensions?.last?.value, columns > 1
      else { continue }
      var patch = GraphPatch(graph)
      guard let vector = columnVector(bias, columns, graph, &patch) else { continue }
      product.inputs[2] = vector
      let fused: ValueID = patch.add(
        product.plain.fused(product.prologue, FusedEnding()), name: before.name,
        inputs: product.trimmedInputs, outputName: graph[output].name)
      patch.replace(output, by: fused)
      return patch
    }
    return nil
  }

  /// `value` as `count` values in one axis; nil where it is not that.
  private func columnVector(_ value: ValueID, _ count: Int, _ graph: Graph, _ patch: inout GraphPatch)
    -> ValueID?
  {
    guard let shape = graph[value].type?.shape, shape.count == count, shape.extents.last == count else {
      return nil
    }
    if shape.rank == 1 { return value }
    guard let constant = graph[value].constant, graph[value].pending == nil else { return nil }
    return patch.constant(
      Tensor(constant.elementType, [count], storage: constant.storage, byteOffset: constant.byteOffset),
      name: graph[value].name)
  }
}
