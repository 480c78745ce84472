internal import Graphs
internal import Tensors

/// The types of values that a body hands from one iteration to the next: those of the start, with every
/// dimension that an iteration changes made unknown, until another iteration changes nothing.
struct CarriedTypes {
  /// Types that hold at the start of every iteration.
  private(set) var types: [ValueType?]
  /// What the body's outputs are for carried values of these types.
  private(set) var outputs: [InferenceContext.Input] = []
  private var unknown: Set<Dimension> = []

  /// How often a body is inferred before what still changes loses its shape.
  private static let rounds: Int = 4

  /// Infers `body`. `inputs` makes its inputs from the carried types; outputs from `firstOutput` on are
  /// the carried values of the next iteration.
  init(
    _ start: [ValueType?], body: Graph, firstOutput: Int, _ context: inout InferenceContext,
    inputs: ([ValueType?]) -> [InferenceContext.Input?]
  ) throws(GraphError) {
    types = start
    for round in 0... {
      outputs = try context.infer(body, inputs: inputs(types))
      var changed: Bool = false
      for index in types.indices {
        let next: ValueType? = outputs[firstOutput + index].type
        let wider: ValueType? = widened(types[index], next, forget: round >= Self.rounds, &context)
        changed = changed || wider != types[index]
        types[index] = wider
      }
      // Every type can lose dimensions, then its rank, then everything: that ends.
      if !changed || round > Self.rounds + 2 { return }
    }
  }

  private mutating func widened(
    _ current: ValueType?, _ next: ValueType?, forget: Bool, _ context: inout InferenceContext
  ) -> ValueType? {
    guard let current, let next else { return nil }
    guard case .tensor(let type, let dimensions) = current, case .tensor(let nextType, let others) = next
    else {
      if current == next { return current }
      return forget ? nil : current.joined(with: next) { context.freshDimension() }
    }
    guard type == nextType else { return nil }
    guard let dimensions else { return current }
    guard let others, others.count == dimensions.count, !forget || others == dimensions else {
      return .tensor(type, nil)
    }
    var result: [Dimension] = dimensions
    for axis in result.indices where result[axis] != others[axis] && !unknown.contains(result[axis]) {
      result[axis] = context.freshDimension()
      unknown.insert(result[axis])
    }
    return .tensor(type, result)
  }
}
