internal import Graphs
internal import Tensors

extension PrepareContext {
  /// A formal input of a graph: its type, and its value where that is known.
  typealias FormalInput = (type: ElementType, shape: Shape, constant: Tensor?)

  /// A plan of `subgraph` for the formal inputs and this node's captures. Throws `unknownShape`, so that
  /// the node is evaluated instead, where something in it depends on data.
  func plan(_ subgraph: Subgraph, formal: [FormalInput]) throws(PlanError) -> any Subplan {
    var types: [(type: ElementType, shape: Shape)] = formal.map { ($0.type, $0.shape) }
    var constants: [Tensor?] = formal.map(\.constant)
    for operand in inputs[subgraph.captureRange] {
      guard let operand else { throw error(.unknownShape, "a captured value is left out") }
      types.append((operand.elementType, operand.shape))
      constants.append(operand.constant)
    }
    guard let plan = try subgraphs.plan(subgraph.graph, inputs: types, constants: constants) else {
      throw error(.unknownShape, "shapes inside the graph depend on data")
    }
    return plan
  }
}

extension Tensor {
  /// The value of a bool tensor with one element.
  var condition: Bool? {
    guard elementType == .bool, count == 1 else { return nil }
    return base.load(as: UInt8.self) != 0
  }
}
