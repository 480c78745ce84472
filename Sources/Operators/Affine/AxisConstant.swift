internal import Graphs
internal import Tensors

/// The elements of a constant operand of an elementwise operator that vary along one axis of the other
/// operand only, with that axis (nil where they are all one number); nil for anything else.
///
/// The result must have the other operand's shape: an operand that broadcasts the other one is no map of
/// it. Axes are those of a value of rank `rank`, whose known extents are `dimensions`.
func axisConstant(_ constant: FoldableConstant, dimensions: [Dimension]) -> (axis: Int?, values: [Double])? {
  guard constant.elementType.isFloatingPoint, let values = constant.doubles, !values.isEmpty,
    constant.shape.rank <= dimensions.count
  else { return nil }
  let offset: Int = dimensions.count - constant.shape.rank
  let varying: [Int] = constant.shape.extents.indices.filter { constant.shape[$0] != 1 }
  guard varying.count <= 1 else { return nil }
  guard let axis = varying.first else { return (nil, [values[0]]) }
  guard dimensions[axis + offset].value == constant.shape[axis] else { return nil }
  return (axis + offset, values)
}

/// The one constant operand of a binary elementwise node as a map's numbers, with the other operand's index.
func axisOperand(_ node: AffineNode) -> (input: Int, axis: Int?, values: [Double])? {
  for (input, constant) in [(0, 1), (1, 0)] {
    guard node.constant(input) == nil, let operand = node.constant(constant),
      let dimensions = node.dimensions(input), dimensions.count == node.outputRank,
      let found = axisConstant(operand, dimensions: dimensions)
    else { continue }
    return (input, found.axis, found.values)
  }
  return nil
}

extension AffineNode {
  /// Whether input `index` has the output's rank and, along the map's axis, its extent, so that a map of
  /// the output along that axis is one of the input.
  func isAligned(_ index: Int, with map: AxisMap) -> Bool {
    guard let dimensions = dimensions(index), let output = outputs.first??.dimensions,
      dimensions.count == output.count
    else { return false }
    guard let axis = map.axis else { return true }
    return axis < dimensions.count && dimensions[axis].value == map.count
      && output[axis].value == map.count
  }
}
