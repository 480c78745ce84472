internal import Tensors

/// Which element of the scale (and of the zero point) belongs to which element of a tensor: one for all,
/// one for each position on an axis, or one for each block of `block` positions on an axis.
///
/// The tensor is seen as [outer, length, inner]; element (o, d, i) has scale number
/// `o * outerStride + d / block * lengthStride + i * innerStride`.
struct QuantizationLayout: Sendable {
  private let length: Int
  private let inner: Int
  private let block: Int
  private let outerStride: Int
  private let lengthStride: Int
  private let innerStride: Int

  /// The layout for a tensor of `shape` with scales of shape `scale`; a message where they don't fit.
  /// `blockSize` 0 means no blocks.
  static func make(_ shape: Shape, scale: Shape, axis: Int, blockSize: Int) -> Result<Self, Mismatch> {
    if scale.count == 1, blockSize == 0 || shape.rank == 0 || scale.rank == 0 {
      return .success(
        Self(
          length: 1, inner: max(shape.count, 1), block: 1, outerStride: 0, lengthStride: 0, innerStride: 0))
    }
    guard let axis = shape.normalized(axis: axis) else {
      return .failure(Mismatch(message: "axis \(axis) is outside a tensor of shape \(shape)"))
    }
    let inner: Int = shape.count((axis + 1)..<shape.rank)
    let length: Int = shape[axis]
    if blockSize == 0 {
      guard scale.rank == 1, scale.count == length else {
        return .failure(
          Mismatch(message: "expected \(length) scales along axis \(axis), found shape \(scale)"))
      }
      if inner == 1 {
        return .success(
          Self(length: 1, inner: length, block: 1, outerStride: 0, lengthStride: 0, innerStride: 1))
      }
      return .success(
        Self(length: length, inner: inner, block: 1, outerStride: 0, lengthStride: 1, innerStride: 0))
    }
    var expected: Shape = shape
    expected[axis] = length / blockSize + (length % blockSize == 0 ? 0 : 1)
    guard scale == expected else {
      return .failure(
        Mismatch(
          message: "expected scales of shape \(expected) for blocks of \(blockSize), found \(scale)"))
    }
    return .success(
      Self(
        length: length, inner: inner, block: blockSize, outerStride: expected[axis] * inner,
        lengthStride: inner, innerStride: inner == 1 ? 0 : 1))
  }

  /// Why a tensor and its scales don't fit.
  struct Mismatch: Error {
    let message: String
  }

  /// Calls `body` for the runs that make up the elements `range`: the first element and the number of
  /// elements, the first scale, and the distance (0 or 1) from one element's scale to the next one's.
  @inline(__always)
  func forRuns(
    _ range: Range<Int>, _ body: (_ start: Int, _ count: Int, _ scale: Int, _ step: Int) -> Void
  ) {
    var start: Int = range.lowerBound
    while start < range.upperBound {
      let row: Int = start / inner
      let column: Int = start &- row &* inner
      let outer: Int = row / length
      let position: Int = row &- outer &* length
      let scale: Int = outer &* outerStride &+ position / block &* lengthStride &+ column &* innerStride
      let whole: Int =
        inner == 1 ? min(block &- position % block, length &- position) : inner &- column
      let count: Int = min(whole, range.upperBound &- start)
      body(start, count, scale, innerStride)
      start &+= count
    }
  }
}
