/// Kernels that move elements without looking at them, by element size: 1, 2, 4, 8 or 16 bytes.
/// Strides and sizes are in elements of that size. `out` and `input` do not overlap.
package struct MovementKernels: Sendable {
  /// `out[r * outStride + c] = input[c * inStride + r]` for `rows` x `columns` elements of the output: a
  /// blocked transpose.
  package var transpose:
    @Sendable (
      _ out: UnsafeMutableRawPointer, _ outStride: Int, _ input: UnsafeRawPointer, _ inStride: Int,
      _ rows: Int, _ columns: Int, _ elementSize: Int
    ) -> Void
  /// The general strided copy: for every index of the box `sizes`, `out[index . outStrides] =
  /// input[index . inStrides]`. Strides may be 0 (in `inStrides`: a broadcast) and negative. It
  /// serves N-D transposes, slices, concatenations, tiles, expansions and padding's interior. It finds the
  /// fast inner form itself (dense rows, or a blocked transpose of the last dimension with another), if
  /// dimensions of size 1 are dropped and neighbours merged; `CopyPlan` does that.
  package var stridedCopy:
    @Sendable (
      _ out: UnsafeMutableRawPointer, _ outStrides: UnsafePointer<Int>, _ input: UnsafeRawPointer,
      _ inStrides: UnsafePointer<Int>, _ sizes: UnsafePointer<Int>, _ rank: Int, _ elementSize: Int
    ) -> Void
  /// `out[i] = rows[index[i]]`, `count` rows of `rowBytes` bytes, `inRowStrideBytes` apart in `input`.
  /// Negative indices count from `limit`; all were validated with `firstInvalidIndex`.
  package var gatherRows:
    @Sendable (
      _ out: UnsafeMutableRawPointer, _ input: UnsafeRawPointer, _ inRowStrideBytes: Int,
      _ indices: UnsafePointer<Int64>, _ count: Int, _ limit: Int, _ rowBytes: Int
    ) -> Void
  /// The position of the first index outside `-limit ..< limit`, or -1.
  package var firstInvalidIndex:
    @Sendable (_ indices: UnsafePointer<Int64>, _ count: Int, _ limit: Int) -> Int
  /// Writes `count` copies of the element at `pattern`.
  package var fill:
    @Sendable (
      _ out: UnsafeMutableRawPointer, _ pattern: UnsafeRawPointer, _ count: Int, _ elementSize: Int
    ) -> Void

  package init(
    transpose:
      @escaping @Sendable (
        UnsafeMutableRawPointer, Int, UnsafeRawPointer, Int, Int, Int, Int
      ) -> Void,
    stridedCopy:
      @escaping @Sendable (
        UnsafeMutableRawPointer, UnsafePointer<Int>, UnsafeRawPointer, UnsafePointer<Int>, UnsafePointer<Int>,
        Int, Int
      ) -> Void,
    gatherRows:
      @escaping @Sendable (
        UnsafeMutableRawPointer, UnsafeRawPointer, Int, UnsafePointer<Int64>, Int, Int, Int
      ) -> Void,
    firstInvalidIndex: @escaping @Sendable (UnsafePointer<Int64>, Int, Int) -> Int,
    fill: @escaping @Sendable (UnsafeMutableRawPointer, UnsafeRawPointer, Int, Int) -> Void
  ) {
    self.transpose = transpose
    self.stridedCopy = stridedCopy
    self.gatherRows = gatherRows
    self.firstInvalidIndex = firstInvalidIndex
    self.fill = fill
  }
}
