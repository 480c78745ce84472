package import Graphs
internal import Operators
internal import Tensors

/// Moves what the body of a Scan computes from scan inputs alone out of the loop, where it holds a product
/// by a constant matrix: all steps are then one product of many rows, whose weights are read once.
///
///     for t: h = f(h W + x[t] V)      becomes      Y = X V;  for t: h = f(h W + y[t])
///
/// Functions of elements and normalizations around the products go with them. Scan inputs are first
/// transposed to have their steps in front. Not done where the results are known to take more than
/// `mostBytes`, where each product is known to have `manyRows`, which make the most of its weights in every
/// step while all steps at once leave the caches, or where scan inputs run in different directions.
package struct HoistScanProducts: RewriteRule {
  package static let name = "HoistScanProducts"

  /// The most that hoisted results may take where all shapes are known.
  private static let mostBytes: Int = 32 << 20
  /// Rows from which a step's product gains nothing by being one with those of other steps.
  private static let manyRows: Int = 32

  package init() {}

  package func rewrite(_ node: Node, in context: RewriteContext) -> GraphPatch? {
    guard let scan = node.op as? ScanOp, Set(scan.inputIsReversed).count == 1 else { return nil }
    guard let search = HoistedBody(node, scan, context), search.bytes <= Self.mostBytes else { return nil }
    if let rows = search.fewestRows, rows >= Self.manyRows { return nil }
    return search.patch()
  }
}

/// The part of a body that depends on scan inputs alone, and the body without it.
private struct HoistedBody {
  private let node: Node
  private let scan: ScanOp
  private let graph: Graph
  private let body: Graph
  /// Nodes to hoist, in order, with the operators that they become.
  private var hoisted: [(node: Node, op: any Operator)] = []
  private var kept: [Node] = []
  /// What hoisted nodes give to the rest.
  private var frontier: [ValueID] = []
  private let outer: [ValueID: ValueID]
  private let slices: Range<Int>

  init?(_ node: Node, _ scan: ScanOp, _ context: RewriteContext) {
    self.node = node
    self.scan = scan
    graph = context.graph
    let formal: Int = scan.body.formalInputCount
    body = Self.inferred(node, scan, context)
    slices = formal - scan.scanCount..<formal
    var outer: [ValueID: ValueID] = [:]
    for (index, position) in scan.body.captureRange.enumerated() {
      if let value = node.inputs[position] { outer[body.inputs[formal + index]] = value }
    }
    self.outer = outer
    find()
    guard !frontier.isEmpty else { return nil }
  }

  private func rank(_ value: ValueID) -> Int? { body[value].type?.dimensions?.count }

  /// The body with the types that the node's inputs give it. Of states only the ranks are relied on.
  private static func inferred(_ node: Node, _ scan: ScanOp, _ context: RewriteContext) -> Graph {
    let graph: Graph = context.graph
    let formal: Int = scan.body.formalInputCount
    var inputs: [InferenceContext.Input?] = []
    for (index, input) in node.inputs.enumerated() where index < scan.body.graph.inputs.count {
      var type: ValueType? = input.flatMap { graph[$0].type }
      if (formal - scan.scanCount..<formal).contains(index),
        case .tensor(let element, var dimensions?)? = type
      {
        let axis: Int? = Shape(dimensions.map { _ in 1 }).normalized(
          axis: scan.inputAxes[index - formal + scan.scanCount])
        if let axis { dimensions.remove(at: axis) }
        type = axis == nil ? nil : .tensor(element, dimensions)
      }
      if index < formal - scan.scanCount, case .tensor(let element, let dimensions?)? = type {
        type = .tensor(element, dimensions.indices.map { Dimension(symbol: "?state\(index).\($0)") })
      }
      inputs.append(type.map { InferenceContext.Input(type: $0) })
    }
    let inference = GraphInference(kernels: context.kernels)
    return (try? inference.infer(scan.body.graph, inputs: inputs)) ?? scan.body.graph
  }

  private mutating func find() {
    var lifted: Set<ValueID> = []
    for index in slices {
      let slice: ValueID = body.inputs[index]
      guard let source = node.inputs[index], let all = graph[source].type?.dimensions?.count,
        rank(slice) == all - 1
      else { continue }
      lifted.insert(slice)
    }
    var candidates: [(node: Node, op: any Operator)] = []
    for inner in body.nodes {
      guard let op = lift(inner, lifted), let output = inner.outputs[0] else { continue }
      lifted.insert(output)
      candidates.append((inner, op))
    }
    // A product goes, with what it needs and what can follow it.
    var moves: Set<ValueID> = []
    for (inner, _) in candidates {
      guard let output = inner.outputs[0] else { continue }
      if inner.op is MatMulOp || inner.inputs.contains(where: { $0.map(moves.contains) ?? false }) {
        moves.insert(output)
      }
    }
    for (inner, _) in candidates.reversed() {
      guard let output = inner.outputs[0], moves.contains(output) else { continue }
      for case let input? in inner.inputs where lifted.contains(input) { moves.insert(input) }
    }
    hoisted = candidates.filter { $0.node.outputs[0].map(moves.contains) ?? false }
    let positions: Set<NodeID> = Set(hoisted.map(\.node.id))
    kept = body.nodes.filter { !positions.contains($0.id) }
    let read: Set<ValueID> = body.values(readBy: kept, outputs: body.outputs)
    frontier = hoisted.compactMap { $0.node.outputs[0] }.filter(read.contains)
  }

  /// The operator that computes the node for all steps at once; nil where it depends on more.
  private func lift(_ inner: Node, _ lifted: Set<ValueID>) -> (any Operator)? {
    guard inner.outputs.compactMap({ $0 }).count == 1, inner.outputs[0] != nil else { return nil }
    var stacked: [Bool] = []
    var ranks: [Int] = []
    for input in inner.inputs {
      guard let input else {
        stacked.append(false)
        ranks.append(0)
        continue
      }
      let isLifted: Bool = lifted.contains(input)
      let isInvariant: Bool = outer[input] != nil || body[input].constant != nil
      guard isLifted || isInvariant, let rank = rank(input) else { return nil }
      stacked.append(isLifted)
      ranks.append(rank)
    }
    guard stacked.contains(true) else { return nil }
    // A weight that only a run tells may differ from one run to the next, but not from step to step.
    return stackedOperator(inner.op, stacked: stacked, ranks: ranks)
  }

  /// Bytes of the hoisted results of all steps; 0 where a shape is unknown.
  var bytes: Int {
    guard let source = node.inputs[slices.lowerBound], let dimensions = graph[source].type?.dimensions,
      let axis = normalizedAxis(0), let count = dimensions[axis].value
    else { return 0 }
    return frontier.reduce(0) { sum, value in
      guard let type = body[value].type, let shape = type.shape, let element = type.elementType else {
        return sum
      }
      return sum &+ count &* (element.byteCount(of: shape.count) ?? 0)
    }
  }

  /// The fewest rows that a hoisted product has in a step; nil where that is unknown.
  var fewestRows: Int? {
    var fewest: Int?
    for (inner, _) in hoisted where inner.op is MatMulOp {
      guard let x = inner.inputs[0], outer[x] == nil, let shape = body[x].type?.shape, shape.rank > 0
      else { return nil }
      fewest = min(fewest ?? Int.max, shape.count(0..<shape.rank - 1))
    }
    return fewest
  }

  private func normalizedAxis(_ index: Int) -> Int? {
    guard let source = node.inputs[slices.lowerBound + index],
      let rank = graph[source].type?.dimensions?.count
    else { return nil }
    return Shape(Array(repeating: 1, count: rank)).normalized(axis: scan.inputAxes[index])
  }

  func patch() -> GraphPatch? {
    var patch = GraphPatch(graph)
    var stacks: [ValueID: ValueID] = [:]
    for (index, position) in slices.enumerated() {
      guard let source = node.inputs[position], let axis = normalizedAxis(index),
        let rank = graph[source].type?.dimensions?.count
      else { return nil }
      let slice: ValueID = body.inputs[position]
      guard hoisted.contains(where: { $0.node.inputs.contains(slice) }) else { continue }
      let others: [Int] = (0..<rank).filter { $0 != axis }
      stacks[slice] =
        axis == 0
        ? source
        : patch.add(
          TransposeOp(permutation: [axis] + others), name: "\(node.name).steps", inputs: [source],
          outputName: "\(graph[source].name).steps")
    }
    for (inner, op) in hoisted {
      guard let output = inner.outputs[0] else { return nil }
      var inputs: [ValueID?] = []
      for input in inner.inputs {
        guard let input else {
          inputs.append(nil)
          continue
        }
        if let stack = stacks[input] ?? outer[input] {
          inputs.append(stack)
        } else if let constant = body[input].constant {
          inputs.append(patch.constant(constant, name: body[input].name))
        } else {
          return nil
        }
      }
      stacks[output] = patch.add(
        op, name: inner.name, inputs: inputs, outputName: "\(body[output].name).steps")
    }
    return finish(&patch, stacks)
  }

  /// Adds the Scan over what is left.
  private func finish(_ patch: inout GraphPatch, _ stacks: [ValueID: ValueID]) -> GraphPatch? {
    let read: Set<ValueID> = body.values(readBy: kept, outputs: body.outputs)
    var copy = BodyBuilder(body)
    var inputs: [ValueID?] = Array(node.inputs[..<slices.lowerBound])
    var axes: [Int] = []
    for value in body.inputs[..<slices.lowerBound] {
      copy.addInput(value, type: scan.body.graph[value].type)
    }
    for (index, position) in slices.enumerated() where read.contains(body.inputs[position]) {
      copy.addInput(body.inputs[position])
      inputs.append(node.inputs[position])
      axes.append(scan.inputAxes[index])
    }
    for value in frontier {
      copy.addInput(value)
      inputs.append(stacks[value])
      axes.append(0)
    }
    let formal: Int = inputs.count
    for value in body.inputs[slices.upperBound...] where read.contains(value) {
      copy.addInput(value)
      inputs.append(outer[value])
    }
    for inner in kept { guard copy.add(inner) else { return nil } }
    guard let rest = copy.finish(outputs: body.outputs, names: body.outputNames) else { return nil }
    var subgraph = Subgraph(graph: rest, formalInputCount: formal, captures: [])
    subgraph.firstCapture = formal
    let op = ScanOp(
      body: subgraph, inputAxes: axes,
      inputIsReversed: Array(repeating: scan.inputIsReversed[0], count: axes.count),
      outputAxes: scan.outputAxes, outputIsReversed: scan.outputIsReversed)
    let results: [ValueID?] = patch.add(
      op, name: node.name, inputs: inputs, outputNames: node.outputs.map { $0.map { graph[$0].name } })
    for (old, new) in zip(node.outputs, results) {
      if let old, let new { patch.replace(old, by: new) }
    }
    patch.note = "\(hoisted.count) nodes out of the loop"
    return patch
  }
}
