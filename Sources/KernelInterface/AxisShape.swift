/// A tensor seen around one axis: `[outer, length, inner]`, the axis in the middle. Every kernel that
/// works along an axis (reductions, softmax, cumulative sums, resizing) takes its extent as this.
///
/// Element (o, l, i) lies at `o * outerStride + l * lengthStride + i`, in elements. A contiguous axis
/// has `inner == 1` and `lengthStride == 1`. To divide the work, pass ranges of `outer` (or of
/// `inner`) with offset pointers and the strides of the whole.
package struct AxisShape: Sendable, Equatable {
  package var outer: Int
  package var length: Int
  package var inner: Int
  package var outerStride: Int
  package var lengthStride: Int

  /// A dense `[outer, length, inner]`.
  package init(outer: Int, length: Int, inner: Int) {
    self.init(
      outer: outer, length: length, inner: inner, outerStride: length * inner, lengthStride: inner)
  }

  package init(outer: Int, length: Int, inner: Int, outerStride: Int, lengthStride: Int) {
    self.outer = outer
    self.length = length
    self.inner = inner
    self.outerStride = outerStride
    self.lengthStride = lengthStride
  }
}
