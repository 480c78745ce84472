package import Graphs
internal import Tensors

/// Computes a node all of whose inputs are constants or known, and puts constants in the place of its
/// outputs. What inference already knows is taken from there.
///
/// A result that is larger than all inputs together, and than `largestGrowth` bytes, is left to run time,
/// so that a model does not grow; and codes are left codes.
package struct FoldConstants: RewriteRule {
  package static let name = "FoldConstants"

  /// Bytes that a result may have whatever its inputs are.
  private static let largestGrowth: Int = 1 << 16

  package init() {}

  package func rewrite(_ node: Node, in context: RewriteContext) -> GraphPatch? {
    let graph: Graph = context.graph
    if node.op is any NondeterministicOperator || node.op is any SubgraphOperator { return nil }
    if node.op is any ConstantDequantizer { return nil }
    if node.inputs.contains(where: { $0.map(context.isMadeOfKept) ?? false }) { return nil }
    var outputs: [Value?] = node.outputs.map { id in
      id.flatMap { graph[$0].knownValue?.tensor.map { .tensor($0) } }
    }
    let isKnown: Bool = zip(node.outputs, outputs).allSatisfy { $0 == nil || $1 != nil }
    if !isKnown {
      guard graph.foldedBytes < context.foldBudget else { return nil }
      guard let computed = compute(node, context) else { return nil }
      outputs = computed
    }
    var patch = GraphPatch(graph)
    for (id, value) in zip(node.outputs, outputs) {
      guard let id else { continue }
      guard let tensor = value?.tensor else { return nil }
      patch.replace(id, by: patch.constant(tensor, name: graph[id].name))
      patch.foldedBytes += tensor.byteCount
    }
    return patch
  }

  private func compute(_ node: Node, _ context: RewriteContext) -> [Value?]? {
    let graph: Graph = context.graph
    var inputs: [Value?] = []
    var bytes: Int = 0
    for id in node.inputs {
      guard let id else {
        inputs.append(nil)
        continue
      }
      guard let tensor = graph[id].knownValue?.tensor else { return nil }
      bytes += tensor.byteCount
      inputs.append(.tensor(tensor))
    }
    for case let id? in node.outputs {
      guard let type = graph[id].type?.elementType, let shape = graph[id].type?.shape,
        let size = type.byteCount(of: shape.count), size <= max(bytes, Self.largestGrowth)
      else { return nil }
    }
    let evaluator = OperatorEvaluator(
      kernels: context.kernels, runner: SerialRunner.shared,
      graphs: GraphInterpreter(kernels: context.kernels))
    return try? evaluator.evaluate(
      node.op, inputs: inputs, wantsOutput: node.outputs.map { $0 != nil }, place: node.place)
  }
}
