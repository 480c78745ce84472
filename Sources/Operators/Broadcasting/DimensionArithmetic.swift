internal import Graphs
internal import Tensors

/// Shape arithmetic on values that are known as dimensions, some of them symbolic: int64 tensors of rank 0
/// or 1 (`KnownValue.dimensions`). Values that are known completely are computed by the operators' kernels.
enum DimensionArithmetic {
  /// The dimensions of two operands, broadcast to one length. nil where one is unknown, or both are
  /// known completely.
  private static func operands(_ context: InferenceContext, _ left: Int, _ right: Int)
    -> (pairs: [(Dimension, Dimension)], isScalar: Bool)?
  {
    guard let a = context.knownDimensions(left), let b = context.knownDimensions(right) else { return nil }
    if context.tensor(left) != nil, context.tensor(right) != nil { return nil }
    guard let leftRank = context.rank(left), let rightRank = context.rank(right) else { return nil }
    guard a.count == b.count || a.count == 1 || b.count == 1 else { return nil }
    let count: Int = a.count == 1 ? b.count : a.count
    let pairs = (0..<count).map { (a[a.count == 1 ? 0 : $0], b[b.count == 1 ? 0 : $0]) }
    return (pairs, leftRank == 0 && rightRank == 0)
  }

  /// `function` of inputs `left` and `right` element by element; nil where any element has no dimension.
  static func combine(
    _ context: InferenceContext, _ left: Int = 0, _ right: Int = 1,
    _ function: (Dimension, Dimension) -> Dimension?
  ) -> KnownValue? {
    guard context.elementType(left) == .int64, let operands = operands(context, left, right) else {
      return nil
    }
    let result: [Dimension] = operands.pairs.compactMap { function($0.0, $0.1) }
    guard result.count == operands.pairs.count else { return nil }
    return KnownValue(dimensions: result, isScalar: operands.isScalar)
  }

  /// A comparison of inputs 0 and 1 where every element's answer is certain.
  static func compare(_ context: InferenceContext, _ function: (Dimension, Dimension) -> Bool?) -> KnownValue?
  {
    guard let operands = operands(context, 0, 1) else { return nil }
    let result: [Bool] = operands.pairs.compactMap { function($0.0, $0.1) }
    guard result.count == operands.pairs.count else { return nil }
    return .tensor(Tensor(result, operands.isScalar ? .scalar : [result.count]))
  }

  /// Whether two dimensions are equal; nil where it depends on symbols.
  static func areEqual(_ left: Dimension, _ right: Dimension) -> Bool? {
    if left == right { return true }
    if let difference = (left - right).value { return difference == 0 }
    if left.isNeverNegative, let value = right.value, value < 0 { return false }
    if right.isNeverNegative, let value = left.value, value < 0 { return false }
    return nil
  }

  /// The quotient, where truncation and rounding down are the same.
  static func quotient(_ left: Dimension, _ right: Dimension) -> Dimension? {
    guard right.value != 0, left.isNeverNegative, right.isNeverNegative else {
      return left.dividedExactly(by: right)
    }
    return left.divided(by: right)
  }
}
