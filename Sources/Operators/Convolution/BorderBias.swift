internal import Graphs
internal import Tensors

/// What a convolution makes of an image whose channels are constant, which is not the same everywhere where
/// windows see the padding: along an axis, position r of the output uses the taps V(r) that lie in the image,
/// so that
///
///     bias[o, r, q] = sum over i in V(r), j in V(q) of K[o, i, j],  K[o, i, j] = sum over c of W[o, c, i, j] t[c].
///
/// Exact for any stride, dilation, padding and group; the extents of the image must be known.
struct BorderBias {
  /// Numbers [features, positions...].
  private(set) var values: [Double]
  private var extents: [Int]

  /// `sums` is K [features, kernel...].
  init(sums: [Double], features: Int, kernel: [Int]) {
    values = sums
    extents = [features] + kernel
  }

  /// Takes the taps along spatial axis `axis` together: position r has those in `taps[r]`.
  mutating func gather(axis: Int, taps: [[Int]]) {
    let extent: Int = extents[axis + 1]
    let outer: Int = extents[...axis].reduce(1, *)
    let inner: Int = extents[(axis + 2)...].reduce(1, *)
    var result = [Double](repeating: 0, count: outer * taps.count * inner)
    for block in 0..<outer {
      for (position, list) in taps.enumerated() {
        let target: Int = (block * taps.count + position) * inner
        for tap in list {
          let source: Int = (block * extent + tap) * inner
          for offset in 0..<inner { result[target + offset] += values[source + offset] }
        }
      }
    }
    values = result
    extents[axis + 1] = taps.count
  }

  /// One number for each feature, where all positions have the same.
  var uniform: [Double]? {
    let positions: Int = extents[1...].reduce(1, *)
    guard positions > 0 else { return nil }
    let first: [Double] = (0..<extents[0]).map { values[$0 * positions] }
    return values.indices.allSatisfy { values[$0] == first[$0 / positions] } ? first : nil
  }

  /// A constant of the given type that broadcasts over the batch; nil where a number doesn't fit the type.
  func constant(_ elementType: ElementType) -> FoldableConstant? {
    FoldableConstant(exact: [0], elementType: elementType, shape: []).replaced(
      by: values, shape: Shape([1] + extents))
  }

  /// More numbers than this are not added to a model.
  static let largestCount: Int = 1 << 18
}

extension FoldableConstant {
  /// K [features, taps] of weights [features, channels / group, kernel...] and a number for each channel.
  func tapSums(groups: Int, _ shift: [Double]) -> [Double]? {
    guard let values = doubles else { return nil }
    let (features, channels): (Int, Int) = (shape[0], shape[1])
    let taps: Int = shape.extents[2...].reduce(1, *)
    var sums = [Double](repeating: 0, count: features * taps)
    for feature in 0..<features {
      let first: Int = feature / (features / groups) * channels
      for c in 0..<channels {
        let start: Int = (feature * channels + c) * taps
        for tap in 0..<taps { sums[feature * taps + tap] += values[start + tap] * shift[first + c] }
      }
    }
    return sums
  }

  /// The same for the weights [channels, features / group, kernel...] of a transposed convolution.
  func transposedTapSums(groups: Int, _ shift: [Double]) -> [Double]? {
    guard let values = doubles else { return nil }
    let (channels, features): (Int, Int) = (shape[0], shape[1])
    let taps: Int = shape.extents[2...].reduce(1, *)
    var sums = [Double](repeating: 0, count: groups * features * taps)
    for c in 0..<channels {
      let first: Int = c / (channels / groups) * features
      for feature in 0..<features {
        let start: Int = (c * features + feature) * taps
        for tap in 0..<taps { sums[(first + feature) * taps + tap] += values[start + tap] * shift[c] }
      }
    }
    return sums
  }
}
