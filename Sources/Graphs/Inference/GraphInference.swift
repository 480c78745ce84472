package import KernelInterface
internal import Tensors

/// Infers the types of a graph's values, and as many values as a shape computation needs.
///
/// Nodes are visited in order. A node whose inputs are all known and whose results are small is computed;
/// symbolic shape arithmetic is what operators say in `infer`. With concrete input types all that does not
/// depend on data becomes known: that is how a plan learns its shapes.
package struct GraphInference: Sendable {
  package let kernels: KernelTable
  /// The largest number of elements of a result that is computed while inferring.
  package let largestFold: Int
  /// The most bytes that inferring a graph computes: a file must not turn into many times its size.
  private static let foldBudget: Int = 32 << 20

  package init(kernels: KernelTable, largestFold: Int = 4096) {
    self.kernels = kernels
    self.largestFold = largestFold
  }

  /// `graph` with types and known values of all values, for the types of its inputs that it states, or,
  /// where given, those in `inputs` (one for each graph input, nil to keep).
  package func infer(_ graph: Graph, inputs: [InferenceContext.Input?] = []) throws(GraphError) -> Graph {
    var result: Graph = graph
    result.foldedBytes = 0
    var counter: Int = 0
    try infer(&result, inputs: inputs, prefix: "?", counter: &counter)
    return result
  }

  /// Infers the nodes named, whose inputs have been inferred, in the graph's order.
  func infer(nodes: Set<NodeID>, in graph: inout Graph) throws(GraphError) {
    var counter: Int = graph.nextNode
    for node in graph.nodes where nodes.contains(node.id) {
      try infer(node, in: &graph, prefix: "?p", counter: &counter)
    }
  }

  /// Infers the nodes of `graph` from position `first` on, the ones before having been inferred: how types
  /// become known while a graph is built. `prefix` starts the names of symbols for what only the data tell.
  package func extend(_ graph: inout Graph, from first: Int, prefix: String = "?") throws(GraphError) {
    var counter: Int = first
    for position in first..<max(first, graph.nodes.count) {
      try infer(graph.nodes[position], in: &graph, prefix: prefix, counter: &counter)
    }
  }

  private func infer(
    _ graph: inout Graph, inputs: [InferenceContext.Input?], prefix: String, counter: inout Int
  ) throws(GraphError) {
    for (id, input) in zip(graph.inputs, inputs) {
      guard let input else { continue }
      graph[id].type = input.type
      graph[id].known = input.known
    }
    for node in graph.nodes { try infer(node, in: &graph, prefix: prefix, counter: &counter) }
  }

  private func infer(_ node: Node, in graph: inout Graph, prefix: String, counter: inout Int)
    throws(GraphError)
  {
    let inputs: [InferenceContext.Input?] = node.inputs.map { id in
      id.map { InferenceContext.Input(type: graph[$0].type, known: graph[$0].knownValue) }
    }
    try check(node, inputs)
    counter += 1
    let nodePrefix: String = "\(prefix)\(counter)."
    var context = InferenceContext(
      inputs: inputs, outputCount: node.outputs.count, place: node.place, freshPrefix: nodePrefix,
      inferGraph: { body, inputs throws(GraphError) in
        var copy: Graph = body
        var nested: Int = 0
        try infer(&copy, inputs: inputs, prefix: nodePrefix, counter: &nested)
        return copy.outputs.map { InferenceContext.Input(type: copy[$0].type, known: copy[$0].knownValue) }
      })
    do throws(GraphError) { try node.op.infer(&context) } catch {
      var located: GraphError = error
      located.place = error.place.within(node.place)
      throw located
    }
    let outputs: [InferenceContext.Output] = context.outputs
    let folded: [Value?] =
      graph.foldedBytes < Self.foldBudget ? fold(node, inputs: inputs, outputs: outputs) : []
    for (index, id) in node.outputs.enumerated() {
      guard let id else { continue }
      let inferred: ValueType? = outputs[index].type
      // What the model declares stands where inference knows less.
      graph[id].type = merge(inferred, declared: graph[id].type)
      graph[id].known = outputs[index].known
      if index < folded.count, let value = folded[index], let tensor = value.tensor {
        graph[id].known = .tensor(tensor)
        graph.foldedBytes += tensor.byteCount
        graph[id].type = .tensor(tensor.elementType, tensor.shape)
      }
      try checkSize(of: id, in: graph, node)
    }
  }

  /// Refuses a shape whose element count is no number.
  private func checkSize(of id: ValueID, in graph: Graph, _ node: Node) throws(GraphError) {
    guard let shape = graph[id].type?.shape, let type = graph[id].type?.elementType else { return }
    guard let checked = Shape(checking: shape.extents), type.byteCount(of: max(checked.count, 1)) != nil
    else {
      throw GraphError(
        .tooLarge, "value '\(graph[id].name)' would have the shape \(shape)", at: node.place)
    }
  }

  /// Inference's type; where it has no dimension that the declaration has, the declaration's.
  private func merge(_ inferred: ValueType?, declared: ValueType?) -> ValueType? {
    guard let inferred else { return declared }
    guard let declared, case .tensor(let type, let dimensions) = inferred,
      case .tensor(let declaredType, let declaredDimensions) = declared, type == declaredType
    else { return inferred }
    guard let dimensions else { return declared }
    guard let declaredDimensions, declaredDimensions.count == dimensions.count else { return inferred }
    return .tensor(
      type,
      zip(dimensions, declaredDimensions).map { inferred, declared in
        inferred.symbol?.hasPrefix("?") == true && declared.symbol?.hasPrefix("?") != true
          ? declared : inferred
      })
  }

  private func fold(_ node: Node, inputs: [InferenceContext.Input?], outputs: [InferenceContext.Output])
    -> [Value?]
  {
    if node.op is any NondeterministicOperator || node.op is any SubgraphOperator { return [] }
    var values: [Value?] = []
    for input in inputs {
      guard let input else {
        values.append(nil)
        continue
      }
      guard let tensor = input.known?.tensor, tensor.count <= largestFold else { return [] }
      values.append(.tensor(tensor))
    }
    for output in outputs {
      if output.known?.tensor != nil { continue }
      guard let type = output.type else { continue }
      guard let dimensions = type.dimensions else { return [] }
      if let shape = type.shape {
        guard Shape(checking: shape.extents) != nil, shape.count <= largestFold else { return [] }
      } else if !dimensions.allSatisfy({ ($0.value ?? 0) <= largestFold }) {
        return []
      }
    }
    if outputs.allSatisfy({ $0.known?.tensor != nil }) { return [] }
    let evaluator = OperatorEvaluator(
      kernels: kernels, runner: SerialRunner.shared, graphs: GraphInterpreter(kernels: kernels))
    // What fails here fails again, with its error, if the node ever runs.
    return
      (try? evaluator.evaluate(
        node.op, inputs: values, wantsOutput: node.outputs.map { $0 != nil }, place: node.place)) ?? []
  }

  /// Checks the inputs that are known against the operator's schema.
  private func check(_ node: Node, _ inputs: [InferenceContext.Input?]) throws(GraphError) {
    try SchemaCheck.check(
      type(of: node.op).schema, inputs: inputs.map { $0?.type }, given: node.inputs.map { $0 != nil },
      place: node.place)
  }
}
