package import Graphs
package import Tensors

/// `Where`: X where the condition holds, else Y, element by element, with broadcasting.
///
/// ONNX operator set: Where-9 to 16.
package struct WhereOp: KernelOperator, ValueOperator {
  private static let types: TypeSet = .numbers | .complex | [.bool, .string]
  package static let schema = OperatorSchema(
    "Where", since: [9, 16],
    inputs: [
      Parameter("condition", [.bool]), Parameter("X", types, variable: "T"),
      Parameter("Y", types, variable: "T"),
    ],
    outputs: [Parameter("output", types, variable: "T")])

  package init(_ node: inout NodeReader) throws(GraphError) {}
  package var attributes: [Attribute] { [] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    let shapes: [[Dimension]?] = (0..<3).map { context.dimensions($0) }
    context.setOutput(0, context.elementType(1) ?? context.elementType(2), try context.broadcast(shapes))
    context.setKnown(0, selectDimensions(context))
  }

  /// The dimensions that a known condition chooses, in a shape computation with symbols.
  private func selectDimensions(_ context: InferenceContext) -> KnownValue? {
    guard let condition = context.tensor(0), condition.shape.rank <= 1, context.elementType(1) == .int64,
      let left = context.knownDimensions(1), let right = context.knownDimensions(2),
      context.tensor(1) == nil || context.tensor(2) == nil
    else { return nil }
    let choices: [Bool] = condition.elements(Bool.self)
    let count: Int = choices.count == 1 ? (left.count == 1 ? right.count : left.count) : choices.count
    let counts: [Int] = [choices.count, left.count, right.count]
    guard counts.allSatisfy({ $0 == count || $0 == 1 }) else { return nil }
    let result: [Dimension] = (0..<count).map { index in
      let chosen: [Dimension] = choices[choices.count == 1 ? 0 : index] ? left : right
      return chosen[chosen.count == 1 ? 0 : index]
    }
    let isScalar: Bool = condition.shape.rank == 0 && context.rank(1) == 0 && context.rank(2) == 0
    return KnownValue(dimensions: result, isScalar: isScalar)
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    try selectStep(context)
  }

  package func evaluate(_ inputs: [Value?], _ context: EvaluationContext) throws(ExecutionError) -> [Value?] {
    guard let condition = inputs[0]?.tensor, let left = inputs[1]?.tensor, let right = inputs[2]?.tensor,
      let a = left.strings?.elements, let b = right.strings?.elements, condition.elementType == .bool,
      let both = Shape.broadcast(left.shape, right.shape), let shape = Shape.broadcast(both, condition.shape)
    else {
      throw context.error(.invalidInput, "expected a condition and two tensors of strings that broadcast")
    }
    let plan = BroadcastPlan(output: shape, operands: [left.shape, right.shape, condition.shape])
    let choices: [Bool] = condition.elements(Bool.self)
    var result = [String](repeating: "", count: shape.count)
    plan.forElements { offsets in
      result[offsets[BroadcastPlan.output]] = choices[offsets[2]] ? a[offsets[0]] : b[offsets[1]]
    }
    return [.tensor(Tensor(strings: result, shape))]
  }
}
