package import Graphs
internal import Operators
internal import Tensors

/// Makes a Loop that runs a known number of times a Scan: what its body gathers at the iteration's number
/// becomes a scan input, and any other use of the number a scan of 0, 1, 2, ...
///
/// Legal where M is a constant, the condition is true to begin with and never anything else, and no carried
/// value changes its shape.
package struct FoldLoopIntoScan: RewriteRule {
  package static let name = "FoldLoopIntoScan"

  /// Loops of more iterations stay as they are: the numbers would be a constant of as many elements.
  private static let mostIterations: Int = 1 << 16

  package init() {}

  package func rewrite(_ node: Node, in context: RewriteContext) -> GraphPatch? {
    let graph: Graph = context.graph
    guard let loop = node.op as? LoopOp, let limit = node.inputs[0],
      let count = graph[limit].constant.flatMap({ $0.count == 1 ? $0.integers?.first : nil }),
      (1...Self.mostIterations).contains(count), !context.isMadeOfKept(limit)
    else { return nil }
    if let first = node.inputs[1], graph[first].constant?.isTrue != true || context.isMadeOfKept(first) {
      return nil
    }
    let body: Graph = loop.body.graph
    let formal: Int = loop.body.formalInputCount
    let carried: Range<Int> = 2..<formal
    guard body.inputs.count >= formal, isAlwaysTrue(body.outputs[0], body) else { return nil }
    for index in carried {
      // A carried value keeps its type, which Scan asks for.
      guard let start = node.inputs[index], case .tensor(_, .some)? = graph[start].type,
        index - 2 >= node.outputs.count || node.outputs[index - 2] == nil
          || node.outputs[index - 2].flatMap({ graph[$0].type }) == graph[start].type
      else { return nil }
    }
    return fold(node, loop, count: count, context)
  }

  /// Whether the condition that an iteration gives is always true: a constant, or the one that it got.
  private func isAlwaysTrue(_ value: ValueID, _ body: Graph) -> Bool {
    var value: ValueID = value
    while let producer = body.nodes.first(where: { $0.outputs.first == value }), producer.op is IdentityOp,
      let input = producer.inputs[0]
    { value = input }
    return value == body.inputs[1] || body[value].constant?.isTrue == true && !body[value].isKept
  }

  /// A scan input of the new body: the old body's value, and what it is a slice of.
  private struct Scanned {
    let slice: ValueID
    let source: ValueID
    let axis: Int
  }

  private func fold(_ node: Node, _ loop: LoopOp, count: Int, _ context: RewriteContext) -> GraphPatch? {
    let graph: Graph = context.graph
    let body: Graph = loop.body.graph
    let formal: Int = loop.body.formalInputCount
    let number: ValueID = body.inputs[0]
    var captured: [ValueID: ValueID] = [:]
    for (index, position) in loop.body.captureRange.enumerated() {
      captured[body.inputs[formal + index]] = node.inputs[position]
    }
    var scanned: [Scanned] = []
    var kept: [Node] = []
    for inner in body.nodes {
      if let gather = inner.op as? GatherOp, inner.inputs[1] == number, let data = inner.inputs[0],
        let slice = inner.outputs[0], let source = captured[data],
        let dimensions = graph[source].type?.dimensions,
        let axis = Shape(dimensions.map { _ in 1 }).normalized(axis: gather.axis),
        dimensions[axis].value == count, body[number].type?.dimensions?.isEmpty ?? false
      {
        scanned.append(Scanned(slice: slice, source: source, axis: axis))
      } else {
        kept.append(inner)
      }
    }
    let outputs: [ValueID] = Array(body.outputs.dropFirst())
    let read: Set<ValueID> = body.values(readBy: kept, outputs: outputs)
    var patch = GraphPatch(graph)
    if scanned.isEmpty || read.contains(number) {
      let numbers: ValueID = patch.constant(
        Tensor((0..<count).map { Int64($0) }, [count]), name: "\(node.name).iterations")
      scanned.append(Scanned(slice: number, source: numbers, axis: 0))
    }

    var copy = BodyBuilder(body)
    for index in 2..<formal { copy.addInput(body.inputs[index]) }
    for scan in scanned { copy.addInput(scan.slice) }
    var inputs: [ValueID?] = Array(node.inputs[2..<formal]) + scanned.map(\.source)
    for capture in body.inputs[formal...] where read.contains(capture) {
      copy.addInput(capture)
      inputs.append(captured[capture])
    }
    copy.addConstant(Tensor([true], .scalar), for: body.inputs[1])
    for inner in kept { guard copy.add(inner) else { return nil } }
    guard
      let graphOfScan = copy.finish(outputs: outputs, names: Array(body.outputNames.dropFirst()))
    else { return nil }
    var subgraph = Subgraph(
      graph: graphOfScan, formalInputCount: formal - 2 + scanned.count, captures: [])
    subgraph.firstCapture = subgraph.formalInputCount
    let scan = ScanOp(body: subgraph, inputAxes: scanned.map(\.axis))
    let results: [ValueID?] = patch.add(
      scan, name: node.name, inputs: inputs,
      outputNames: node.outputs.map { $0.map { graph[$0].name } })
    for (old, new) in zip(node.outputs, results) {
      if let old, let new { patch.replace(old, by: new) }
    }
    patch.note = "\(count) iterations, \(scanned.count) scan inputs"
    return patch
  }
}

extension Tensor {
  /// Whether this is one bool, and true.
  fileprivate var isTrue: Bool {
    elementType == .bool && count == 1 && base.load(as: UInt8.self) != 0
  }
}
