package import Graphs
internal import KernelInterface
internal import Operators
internal import Tensors

/// Makes one operator of functions of elements that follow each other: a node takes over the one that makes
/// an input of it, where the values of both have one shape and nobody else uses the value between them.
/// Smaller inputs are broadcast, as they are for each on its own; at most `FusedElementwiseOp.mostTensors`
/// are more than a scalar.
///
/// One of the functions may normalize rows (LayerNormalization, RMSNormalization, their forms for sums,
/// Softmax along the last axis): those before and after it then run over its rows while they are in the first
/// cache. All inputs must then be broadcast along all axes of a row or none.
package struct FuseElementwise: RewriteRule {
  package static let name = "FuseElementwise"

  /// A program of more instructions gains nothing over two.
  private static let mostInstructions: Int = 32

  package init() {}

  package func rewrite(_ node: Node, in context: RewriteContext) -> GraphPatch? {
    let graph: Graph = context.graph
    guard let own = ElementwiseNode(node, graph), let output = node.outputs[0] else { return nil }
    for between in own.freeInputs where graph[between].type == graph[output].type {
      guard let before = context.producer(of: between), before.outputs[0] == between,
        let producer = ElementwiseNode(before, graph), isUsed(between, by: node, context),
        let chain = ElementwiseNode(own, after: producer, at: between),
        chain.program.instructions.count <= Self.mostInstructions, canRun(chain, output, graph),
        producer.kept == nil || isIndependent(node, of: before, but: between, context)
      else { continue }
      return patch(node, before, chain, context)
    }
    return nil
  }

  private func patch(_ node: Node, _ before: Node, _ chain: ElementwiseNode, _ context: RewriteContext)
    -> GraphPatch
  {
    let graph: Graph = context.graph
    var patch = GraphPatch(graph)
    let sum: ValueID? = chain.kept.flatMap { _ in
      (node.outputs.dropFirst().first ?? nil) ?? (before.outputs.dropFirst().first ?? nil)
    }
    let op: any Operator =
      chain.program.rows == nil
      ? FusedElementwiseOp(chain.program, inputCount: chain.inputs.count)
      : FusedNormalizationOp(chain.program, kept: chain.kept, inputCount: chain.inputs.count)
    let names: [String?] = [node.outputs[0].map { graph[$0].name }] + (sum.map { [graph[$0].name] } ?? [])
    let results: [ValueID?] = patch.add(op, name: node.name, inputs: chain.inputs, outputNames: names)
    if let output = node.outputs[0], let result = results[0] { patch.replace(output, by: result) }
    if let sum, let kept = results[1] { patch.replace(sum, by: kept) }
    patch.note = "\(chain.program.instructions.count) functions"
    return patch
  }

  private func isUsed(_ value: ValueID, by node: Node, _ context: RewriteContext) -> Bool {
    guard context.uses.outputCount(of: value) == 0, let position = context.uses.position(of: node.id) else {
      return false
    }
    return context.uses[value].allSatisfy { $0.position == position }
  }

  /// Whether the tensors are few enough, and with a function of rows each is crossed by a row as a whole or
  /// not at all.
  private func canRun(_ chain: ElementwiseNode, _ output: ValueID, _ graph: Graph) -> Bool {
    let parameters: Set<Int> = chain.program.parameters
    let tensors: [ValueID] = chain.inputs.enumerated().compactMap { index, value in
      parameters.contains(index) || isScalar(value, graph) ? nil : value
    }
    guard tensors.count <= FusedElementwiseOp.mostTensors else { return false }
    guard let rows = chain.program.rows?.function else { return true }
    guard let whole = graph[output].type?.dimensions, whole.count >= rows.rank else { return false }
    let row: [Dimension] = Array(whole.suffix(rows.rank))
    return tensors.allSatisfy { value in
      guard let dimensions = graph[value].type?.dimensions, dimensions.count <= whole.count else {
        return false
      }
      let own: [Dimension] =
        Array(repeating: 1, count: max(rows.rank - dimensions.count, 0)) + dimensions.suffix(rows.rank)
      return own == row || own.allSatisfy { $0.value == 1 }
    }
  }

  /// Whether nothing that `node` reads but `value` may be made of what `before` gives: it is there earlier.
  private func isIndependent(_ node: Node, of before: Node, but value: ValueID, _ context: RewriteContext)
    -> Bool
  {
    guard let first = context.uses.position(of: before.id) else { return false }
    return node.inputs.allSatisfy { input in
      guard let input, input != value, let producer = context.producer(of: input) else { return true }
      return context.uses.position(of: producer.id).map { $0 < first } ?? false
    }
  }

  private func isScalar(_ value: ValueID, _ graph: Graph) -> Bool {
    graph[value].type?.dimensions?.allSatisfy { $0.value == 1 } ?? false
  }
}
