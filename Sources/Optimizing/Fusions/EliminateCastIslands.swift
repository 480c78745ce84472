package import Graphs
internal import Operators
internal import Tensors

/// Removes the Casts around a normalization that is computed in a wider type than the values beside it: the
/// normalization itself takes its statistics in float32, whatever its element type, and rounds once.
///
/// Its gain and offset must be numbers of the narrow type.
package struct EliminateCastIslands: RewriteRule {
  package static let name = "EliminateCastIslands"

  package init() {}

  package func rewrite(_ node: Node, in context: RewriteContext) -> GraphPatch? {
    let graph: Graph = context.graph
    guard let cast = node.op as? CastOp, let output = node.outputs[0], let middle = node.inputs[0],
      let norm = context.producer(of: middle),
      norm.op is LayerNormalizationOp || norm.op is RMSNormalizationOp,
      norm.outputs.dropFirst().allSatisfy({ $0 == nil }), context.onlyUser(of: middle)?.id == node.id,
      let (before, wide) = context.producer(of: norm.inputs[0], as: CastOp.self),
      let source = before.inputs[0],
      context.elementType(source) == cast.target, wide.target == .float32,
      cast.target == .float16 || cast.target == .bfloat16
    else { return nil }
    var patch = GraphPatch(graph)
    var inputs: [ValueID?] = [source]
    for case let input? in norm.inputs.dropFirst() {
      guard let values = context.constant(input)?.doubles, let shape = graph[input].constant?.shape else {
        return nil
      }
      let narrow = Tensor(rounding: values, to: cast.target, shape)
      guard narrow.floatingElements == values else { return nil }
      inputs.append(patch.constant(narrow, name: graph[input].name))
    }
    let result: ValueID = patch.add(
      norm.op, name: norm.name, inputs: inputs, outputName: graph[output].name)
    patch.replace(output, by: result)
    patch.note = "\(norm.opName) in \(cast.target.name)"
    return patch
  }
}
