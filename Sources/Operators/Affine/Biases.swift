package import Graphs
internal import Tensors

// Operators with a bias in input 2 that may be left out.

extension ConvOp: BiasedOperator {
  package func bias(_ node: AffineNode) -> AxisMap? { channelShift(node) }
}

extension ConvTransposeOp: BiasedOperator {
  package func bias(_ node: AffineNode) -> AxisMap? { channelShift(node) }
}

/// The bias of a convolution as a shift of its output.
private func channelShift(_ node: AffineNode) -> AxisMap? {
  guard let values = node.constant(2)?.doubles, !values.isEmpty else { return nil }
  return AxisMap(axis: 1, scale: values.map { _ in 1 }, shift: values)
}

/// A row C, times beta.
extension GemmOp: BiasedOperator {
  package func bias(_ node: AffineNode) -> AxisMap? {
    guard let row = node.constant(2), let values = row.doubles, !values.isEmpty,
      row.shape.count == row.shape.extents.last,
      values.count == node.outputs.first??.dimensions?.last?.value
    else { return nil }
    return AxisMap(axis: 1, scale: values.map { _ in 1 }, shift: values.map { $0 * Double(beta) })
  }
}
