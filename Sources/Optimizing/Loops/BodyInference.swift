internal import Graphs
internal import KernelInterface
internal import Operators
internal import Tensors

/// Infers the body of a Scan or Loop from what is known where it stands: a captured value has its own type, a
/// slice that of what it is cut from without the axis, and a carried value the type of its start, if an
/// iteration that is given values of these types is seen to return the same types. By induction they then
/// hold in every iteration. Extents that are not numbers keep only which of them are equal.
struct BodyInference {
  private let graph: Graph
  private let node: Node
  /// What stands for an extent of the graph outside, whose symbols mean something else inside.
  private var symbols: [Dimension: Dimension] = [:]

  init(_ node: Node, in graph: Graph) {
    self.node = node
    self.graph = graph
  }

  /// The body, inferred; nil where a type is unknown or changes from one iteration to the next.
  mutating func body(kernels: KernelTable) -> Graph? {
    let subgraph: Subgraph
    let carried: Range<Int>
    let firstOutput: Int
    switch node.op {
    case let op as ScanOp:
      subgraph = op.body
      carried = 0..<op.body.formalInputCount - op.scanCount
      firstOutput = 0
    case let op as LoopOp:
      subgraph = op.body
      carried = 2..<op.body.formalInputCount
      firstOutput = 1
    default: return nil
    }
    var body: Graph = subgraph.graph
    for (position, input) in body.inputs.enumerated() {
      guard body[input].constant == nil else {
        if carried.contains(position) { return nil }
        continue
      }
      guard let type = type(ofInput: position, of: subgraph) else { return nil }
      body[input].type = type
    }
    guard body.outputs.count >= firstOutput + carried.count,
      let result = try? GraphInference(kernels: kernels).infer(body)
    else { return nil }
    for (index, position) in carried.enumerated() {
      guard result[result.outputs[firstOutput + index]].type == result[result.inputs[position]].type else {
        return nil
      }
    }
    return result
  }

  private mutating func type(ofInput position: Int, of body: Subgraph) -> ValueType? {
    let formal: Int = body.formalInputCount
    if node.op is LoopOp {
      if position == 0 { return .tensor(.int64, Shape.scalar) }
      if position == 1, node.inputs[1] == nil { return .tensor(.bool, Shape.scalar) }
    }
    let index: Int = position < formal ? position : body.captureRange.lowerBound + position - formal
    guard index < node.inputs.count, let value = node.inputs[index],
      case .tensor(let element, var dimensions?)? = graph[value].type
    else { return nil }
    if let scan = node.op as? ScanOp, (formal - scan.scanCount..<formal).contains(position) {
      let rank = Shape(Array(repeating: 1, count: dimensions.count))
      guard let axis = rank.normalized(axis: scan.inputAxes[position - (formal - scan.scanCount)]) else {
        return nil
      }
      dimensions.remove(at: axis)
    }
    return .tensor(element, dimensions.map { inside($0) })
  }

  private mutating func inside(_ dimension: Dimension) -> Dimension {
    if dimension.value != nil { return dimension }
    if let known = symbols[dimension] { return known }
    let symbol = Dimension(symbol: "?outside\(symbols.count)")
    symbols[dimension] = symbol
    return symbol
  }
}
