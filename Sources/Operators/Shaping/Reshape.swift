package import Graphs
package import Tensors

/// `Reshape`: the same elements, in the same order, under another shape. An element of the shape input
/// that is -1 is what is left over; 0 copies the input's extent of that axis unless `allowzero`.
///
/// ONNX operator set: Reshape-5 to 25.
package struct ReshapeOp: KernelOperator, ValueOperator, AliasingOperator {
  package static let schema = OperatorSchema(
    "Reshape", since: [5, 13, 14, 19, 21, 23, 24, 25],
    inputs: [Parameter("data", .all, variable: "T"), Parameter("shape", [.int64])],
    outputs: [Parameter("reshaped", .all, variable: "T")],
    attributes: ["allowzero"])

  package let allowsZero: Bool

  package init(_ node: inout NodeReader) throws(GraphError) {
    allowsZero = try node.flag("allowzero") ?? false
  }

  package init(allowsZero: Bool) { self.allowsZero = allowsZero }

  package var attributes: [Attribute] { [Attribute("allowzero", allowsZero)] }
  package var aliasedInput: Int { 0 }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    let rank: Int? = context.dimensions(1)?.first?.value
    // A shape without elements is known whatever they are.
    guard let target = context.knownDimensions(1) ?? (rank == 0 ? [] : nil) else {
      let dimensions: [Dimension]? = rank.map { rank in (0..<rank).map { _ in context.freshDimension() } }
      context.setOutput(0, context.elementType(0), dimensions)
      return
    }
    let result: [Dimension] = try resolve(target, input: context.dimensions(0), &context)
    context.setOutput(0, context.elementType(0), result)
    if let known = context.symbolicElements(0), result.count <= 1 {
      context.setKnown(0, KnownValue(dimensions: known, isScalar: result.isEmpty))
    }
  }

  private func resolve(_ target: [Dimension], input: [Dimension]?, _ context: inout InferenceContext)
    throws(GraphError) -> [Dimension]
  {
    var result: [Dimension] = []
    var inferred: Int?
    for (axis, dimension) in target.enumerated() {
      if dimension.value == -1 {
        guard inferred == nil else {
          throw context.error(.shapeMismatch, "more than one dimension of the shape is -1")
        }
        inferred = axis
        result.append(1)
      } else if dimension.value == 0, !allowsZero {
        guard let input else {
          result.append(context.freshDimension())
          continue
        }
        guard axis < input.count else {
          throw context.error(
            .shapeMismatch, "the shape copies axis \(axis) of an input of rank \(input.count)")
        }
        result.append(input[axis])
      } else {
        if let value = dimension.value, value < 0 {
          throw context.error(.shapeMismatch, "dimension \(value) of the shape is negative")
        }
        result.append(dimension)
      }
    }
    guard let input else {
      if let inferred { result[inferred] = context.freshDimension() }
      return result
    }
    let total: Dimension = input.reduce(1, *)
    let rest: Dimension = result.reduce(1, *)
    if let inferred {
      if rest.value == 0 { throw context.error(.shapeMismatch, "-1 beside a dimension of 0 has no value") }
      if let size = total.value, let part = rest.value, size % part != 0 {
        throw context.error(.shapeMismatch, "\(size) elements can't be divided by \(part)")
      }
      result[inferred] = total.divided(by: rest)
    } else if let size = total.value, let part = rest.value, size != part {
      throw context.error(.shapeMismatch, "\(size) elements can't take a shape of \(part) elements")
    }
    return result
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    copyStep(context)
  }

  package func evaluate(_ inputs: [Value?], _ context: EvaluationContext) throws(ExecutionError) -> [Value?] {
    try context.movingStrings(self, inputs, data: [0])
  }
}
