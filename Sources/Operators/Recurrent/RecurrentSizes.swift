internal import Graphs
internal import Tensors

/// The extents of a recurrent operator and where its elements lie.
struct RecurrentSizes: Sendable {
  let sequence: Int
  let batch: Int
  let input: Int
  let hidden: Int
  let directions: Int
  /// Gates of the cell.
  let gates: Int
  let isBatchFirst: Bool

  /// For inputs that inference accepted.
  init(_ context: PrepareContext, _ options: RecurrentOptions, gates: Int) {
    let x: Shape = context.input(0).shape
    isBatchFirst = options.isBatchFirst
    sequence = x[isBatchFirst ? 1 : 0]
    batch = x[isBatchFirst ? 0 : 1]
    input = x[2]
    hidden = context.input(2).shape[2]
    directions = options.directionCount
    self.gates = gates
  }

  /// Rows of X, and of the gates, from one time step to the next and from one sequence to the next.
  var timeRow: Int { isBatchFirst ? 1 : batch }
  var batchRow: Int { isBatchFirst ? sequence : 1 }

  /// Where the hidden units of Y begin.
  func y(_ time: Int, _ direction: Int, _ row: Int) -> Int {
    isBatchFirst
      ? ((row &* sequence &+ time) &* directions &+ direction) &* hidden
      : ((time &* directions &+ direction) &* batch &+ row) &* hidden
  }

  /// Where the hidden units of a state (initial_h, Y_h, ...) begin.
  func state(_ direction: Int, _ row: Int) -> Int {
    (isBatchFirst ? row &* directions &+ direction : direction &* batch &+ row) &* hidden
  }

  /// Infers and checks what LSTM, GRU and RNN have in common: X [sequence, batch, input], W [directions,
  /// gates * hidden, input], R [directions, gates * hidden, hidden], B [directions, 2 * gates * hidden],
  /// sequence_lens [batch], states [directions, batch, hidden] (with layout 1, batch comes first).
  static func infer(
    _ context: inout InferenceContext, _ options: RecurrentOptions, gates: Int, stateInputs: [Int],
    stateOutputs: [Int]
  ) throws(GraphError) {
    let x: [Dimension]? = context.dimensions(0)
    let (w, r): ([Dimension]?, [Dimension]?) = (context.dimensions(1), context.dimensions(2))
    for (name, shape) in [("X", x), ("W", w), ("R", r)] {
      guard shape?.count ?? 3 == 3 else {
        throw context.error(.shapeMismatch, "\(name) must have rank 3, found \(shape?.count ?? 0)")
      }
    }
    let directions = Dimension(options.directionCount)
    let given: Dimension? = options.hiddenSize.map { Dimension($0) }
    let hidden: Dimension = r?[2] ?? given ?? context.freshDimension()
    let batch: Dimension = x?[options.isBatchFirst ? 0 : 1] ?? context.freshDimension()
    let sequence: Dimension = x?[options.isBatchFirst ? 1 : 0] ?? context.freshDimension()
    if let given { try Self.check(context, "hidden_size", [given], [hidden]) }
    let rows: Dimension = Dimension(gates) * hidden
    if let w, let x { try Self.check(context, "W", w, [directions, rows, x[2]]) }
    if let r { try Self.check(context, "R", r, [directions, rows, hidden]) }
    try Self.check(context, "B", context.dimensions(3), [directions, Dimension(2) * rows])
    try Self.check(context, "sequence_lens", context.dimensions(4), [batch])
    let state: [Dimension] =
      options.isBatchFirst ? [batch, directions, hidden] : [directions, batch, hidden]
    for index in stateInputs {
      try Self.check(context, "the initial state", context.dimensions(index), state)
    }
    context.setOutput(
      0, context.elementType(0),
      options.isBatchFirst
        ? [batch, sequence, directions, hidden] : [sequence, directions, batch, hidden])
    for index in stateOutputs { context.setOutput(index, context.elementType(0), state) }
  }

  static func check(
    _ context: InferenceContext, _ name: String, _ found: [Dimension]?, _ expected: [Dimension]
  ) throws(GraphError) {
    guard let found else { return }
    let agree: Bool =
      found.count == expected.count
      && zip(found, expected).allSatisfy { $0.value == nil || $1.value == nil || $0 == $1 }
    guard agree else {
      throw context.error(.shapeMismatch, "\(name) must have the shape \(expected), found \(found)")
    }
  }
}
