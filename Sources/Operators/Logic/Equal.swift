package import Graphs
package import KernelInterface
package import Tensors

/// `Equal`: whether the elements of two tensors are equal, element by element, with broadcasting; false
/// where either is NaN. Strings are equal where their UTF-8 text is the same.
///
/// ONNX operator set: Equal-7 to 19.
package struct EqualOp: ComparisonOperator, ValueOperator {
  package static let schema = OperatorSchema(
    "Equal", since: [7, 11, 13, 19], binary: .numbers | [.bool, .string], result: [.bool])
  package static let comparison: Comparison = .equal

  package init() {}

  package static func compare(_ left: Dimension, _ right: Dimension) -> Bool? {
    DimensionArithmetic.areEqual(left, right)
  }

  package func evaluate(_ inputs: [Value?], _ context: EvaluationContext) throws(ExecutionError) -> [Value?] {
    guard let left = inputs[0]?.tensor, let right = inputs[1]?.tensor, let a = left.strings?.elements,
      let b = right.strings?.elements, let shape = Shape.broadcast(left.shape, right.shape)
    else { throw context.error(.invalidInput, "expected two tensors of strings that broadcast") }
    let plan = BroadcastPlan(output: shape, operands: [left.shape, right.shape])
    var result = [Bool](repeating: false, count: shape.count)
    plan.forElements { offsets in
      // Text is compared as it is, without Unicode's equivalences.
      result[offsets[BroadcastPlan.output]] = a[offsets[0]].utf8.elementsEqual(b[offsets[1]].utf8)
    }
    return [.tensor(Tensor(result, shape))]
  }
}
