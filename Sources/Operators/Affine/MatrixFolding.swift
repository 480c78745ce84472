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

  /// The sums over `axis`, one of the last two, of matrices [.., rows, columns], each element times the factor
  /// of its index along that axis: a row vector times each matrix, or each matrix times a column.
  func weightedSums(over axis: Int, _ weights: [Double]) -> [Double]? {
    let rank: Int = shape.rank
    guard rank >= 2, axis == rank - 1 || axis == rank - 2, shape[axis] == weights.count, isConvertible else {
      return nil
    }
    let (rows, columns): (Int, Int) = (shape[rank - 2], shape[rank - 1])
    let addsRows: Bool = axis == rank - 2
    let matrices: Int = shape.extents[..<(rank - 2)].reduce(1, *)
    let count: Int = matrices * (addsRows ? columns : rows)
    var sums = [Double](repeating: 0, count: count)
    guard columns > 0, weights.contains(where: { $0 != 0 }) else { return sums }
    sums.withUnsafeMutableBufferPointer { sums in
      weights.withUnsafeBufferPointer { weights in
        forEachBlock(multipleOf: columns) { start, block in
          for index in start / columns..<(start + block.count) / columns {
            let first: Int = index * columns - start
            let elements = UnsafeBufferPointer(rebasing: block[first..<first + columns])
            if addsRows {
              elements.add(to: sums, at: index / rows * columns, times: weights[index % rows])
            } else if let factors = weights.baseAddress {
              sums[index] = elements.dot(factors)
            }
          }
        }
      }
    }
    return sums
  }
}
