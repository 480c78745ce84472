package import Graphs
package import Tensors

/// `SequenceMap`: applies a graph to every element of a sequence; what the graph gives are the elements of
/// as many sequences. Further inputs that are sequences are taken apart too, element by element; tensors
/// are given to the graph whole.
///
/// ONNX operator set: SequenceMap-17.
package struct SequenceMapOp: ValueOperator, SubgraphOperator {
  package static let schema = OperatorSchema(
    "SequenceMap", since: [17],
    inputs: [
      Parameter("input_sequence", .all, allowsContainers: true),
      Parameter("additional_inputs", .all, .variadic, allowsContainers: true),
    ],
    outputs: [Parameter("out_sequence", .all, .variadic, allowsContainers: true)],
    attributes: ["body"])

  package let body: Subgraph

  package init(_ node: inout NodeReader) throws(GraphError) {
    let formal: Int = node.inputs.count
    body = try node.subgraph("body")
    guard body.formalInputCount == formal, body.graph.outputs.count >= node.wantsOutput.count else {
      throw node.error(
        .invalidAttribute,
        "the body must have \(formal) inputs and at least \(node.wantsOutput.count) outputs; found \(body.formalInputCount) and \(body.graph.outputs.count)"
      )
    }
  }

  private init(body: Subgraph) { self.body = body }

  package var attributes: [Attribute] { [Attribute("body", .graph(body))] }
  package var subgraphs: [Subgraph] { [body] }
  package func replacingSubgraphs(_ subgraphs: [Subgraph]) -> SequenceMapOp {
    SequenceMapOp(body: subgraphs[0])
  }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    var inputs: [InferenceContext.Input?] = []
    for index in 0..<body.formalInputCount {
      let declared: ValueType? = body.graph[body.graph.inputs[index]].type
      switch context.type(index) {
      case .sequence(let element): inputs.append(InferenceContext.Input(type: element))
      case nil: inputs.append(InferenceContext.Input(type: declared))
      case .some(let type):
        guard index > 0 else { throw context.error(.typeMismatch, "expected a sequence, found \(type)") }
        inputs.append(InferenceContext.Input(type: type, known: context.known(index)))
      }
    }
    inputs += Array(context.inputs[body.captureRange])
    for (index, result) in try context.infer(body.graph, inputs: inputs).enumerated() {
      context.setOutput(index, type: result.type.map { .sequence($0.withoutShape) })
    }
  }

  package func evaluate(_ inputs: [Value?], _ context: EvaluationContext) throws(ExecutionError) -> [Value?] {
    guard case .sequence(let first)?? = inputs.first else {
      throw context.error(.invalidInput, "input 'input_sequence' must be a sequence")
    }
    let formal: [Value?] = Array(inputs[0..<body.formalInputCount])
    let captures: [Value?] = Array(inputs[body.captureRange])
    var results: [[Value]] = Array(repeating: [], count: body.graph.outputs.count)
    for position in first.indices {
      var elements: [Value?] = []
      for input in formal {
        guard case .sequence(let sequence)? = input else {
          elements.append(input)
          continue
        }
        guard sequence.count == first.count else {
          throw context.error(
            .shapeMismatch, "the sequences have \(first.count) and \(sequence.count) elements")
        }
        elements.append(sequence[position])
      }
      let outputs: [Value?] = try context.graphs.run(body.graph, inputs: elements + captures)
      for (index, output) in outputs.enumerated() {
        guard let output else { throw context.error(.invalidData, "the body gives no output \(index)") }
        results[index].append(output)
      }
    }
    return results.prefix(context.wantsOutput.count).map { .sequence($0) }
  }
}

extension ValueType {
  /// The type with nothing said of shapes: the elements of a sequence may differ in theirs.
  fileprivate var withoutShape: ValueType {
    if case .tensor(let type, _) = self { .tensor(type, nil) } else { self }
  }
}
