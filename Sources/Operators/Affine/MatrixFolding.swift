internal import Graphs
internal import Tensors

/// What affine maps do to a constant matrix [.., rows, columns] of a product.
extension FoldableConstant {
  /// The matrix with the index along `axis` scaled.
  func scaled(along axis: Int, by values: [Double]) -> FoldableConstant? {
    guard axis < shape.rank, shape[axis] == values.count else { return nil }
    guard values.contains(where: { $0 != 1 }) else { return self }
    var extents = [Int](repeating: 1, count: shape.rank)
    extents[axis] = values.count
    return scaled(by: Factors(view: shape, shape: Shape(extents), values: values))
  }

  /// The sums over `axis` (0 or 1) of a matrix of rank 2, each element times the factor of its index along
  /// that axis: a row vector times the matrix, or the matrix times a column.
  func weightedSums(over axis: Int, _ weights: [Double]) -> [Double]? {
    guard shape.rank == 2, shape[axis] == weights.count, isConvertible else { return nil }
    let (rows, columns): (Int, Int) = (shape[0], shape[1])
    var sums = [Double](repeating: 0, count: axis == 0 ? columns : rows)
    guard columns > 0, weights.contains(where: { $0 != 0 }) else { return sums }
    forEachBlock(multipleOf: columns) { start, block in
      for row in start / columns..<(start + block.count) / columns {
        let elements = UnsafeBufferPointer(
          rebasing: block[(row * columns - start)..<((row + 1) * columns - start)])
        if axis == 0 {
          let weight: Double = weights[row]
          for column in 0..<columns { sums[column] += weight * elements[column] }
        } else {
          for column in 0..<columns { sums[row] += weights[column] * elements[column] }
        }
      }
    }
    return sums
  }
}
