package import Graphs
internal import Tensors

/// The operator that does for stacks of inputs, along a new axis 0, what `op` does for each of them: its
/// output is then the stack of the outputs. `stacked` says which inputs are stacks, `ranks` how many axes
/// each has without the new one. nil where there is no such operator.
///
/// A product by one matrix, a normalization of the last axes, and functions of elements are such: the new
/// axis is one more that they go along.
package func stackedOperator(_ op: any Operator, stacked: [Bool], ranks: [Int]) -> (any Operator)? {
  switch op {
  case is MatMulOp:
    return stacked == [true, false] && ranks[0] >= 1 && ranks[1] == 2 ? op : nil
  case let op as LayerNormalizationOp:
    guard stacked[0], !stacked.dropFirst().contains(true), ranks.allSatisfy({ $0 <= ranks[0] }) else {
      return nil
    }
    return LayerNormalizationOp(form: op.form.countingFromBack(rank: ranks[0]))
  case let op as RMSNormalizationOp:
    guard stacked == [true, false], ranks[1] <= ranks[0] else { return nil }
    return RMSNormalizationOp(form: op.form.countingFromBack(rank: ranks[0]))
  case let op as OffsetRMSNormalizationOp:
    guard stacked == [true, false, false], ranks.allSatisfy({ $0 <= ranks[0] }) else { return nil }
    return OffsetRMSNormalizationOp(
      RMSNormalizationOp(form: op.form.countingFromBack(rank: ranks[0])))
  case is any UnaryFunctionOperator: return op
  case is any BinaryFunctionOperator:
    // Axes are aligned from the back, so that the new one must be in front of all others.
    let widest: Int = ranks.max() ?? 0
    return zip(stacked, ranks).allSatisfy { !$0 || $1 == widest } ? op : nil
  default: return nil
  }
}

extension RowNormalizationForm {
  /// The same with its first normalized axis as a distance from the back.
  fileprivate func countingFromBack(rank: Int) -> RowNormalizationForm {
    RowNormalizationForm(
      axis: axis < 0 ? axis : axis - rank, epsilon: epsilon, stashType: stashType,
      isRootMeanSquare: isRootMeanSquare)
  }
}
