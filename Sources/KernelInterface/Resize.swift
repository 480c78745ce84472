/// Resampling of one axis; an N-D resize is one pass per axis.
///
/// The tables, made when planning, hold for each output position along the axis `taps` input positions
/// and weights: linear 2, cubic 4, antialiased more, nearest 1. Positions are already clamped to
/// the axis; a position outside that shall count as nothing has weight 0.
package struct ResizeKernels: Sendable {
  /// `out[o, l, i] = sum over t of weights[l * taps + t] * input[o, positions[l * taps + t], i]`, with
  /// `input` dense as `[outer, inLength, inner]` and `out` dense as `[outer, outLength, inner]`.
  package var weightedF32:
    @Sendable (
      _ out: UnsafeMutablePointer<Float>, _ input: UnsafePointer<Float>, _ outer: Int, _ inLength: Int,
      _ outLength: Int, _ inner: Int, _ positions: UnsafePointer<Int32>, _ weights: UnsafePointer<Float>,
      _ taps: Int
    ) -> Void
  /// `out[o, l, i] = input[o, positions[l], i]` for elements of 1, 2, 4, 8 or 16 bytes.
  package var nearest:
    @Sendable (
      _ out: UnsafeMutableRawPointer, _ input: UnsafeRawPointer, _ outer: Int, _ inLength: Int,
      _ outLength: Int, _ inner: Int, _ positions: UnsafePointer<Int32>, _ elementSize: Int
    ) -> Void

  package init(
    weightedF32:
      @escaping @Sendable (
        UnsafeMutablePointer<Float>, UnsafePointer<Float>, Int, Int, Int, Int, UnsafePointer<Int32>,
        UnsafePointer<Float>, Int
      ) -> Void,
    nearest:
      @escaping @Sendable (
        UnsafeMutableRawPointer, UnsafeRawPointer, Int, Int, Int, Int, UnsafePointer<Int32>, Int
      ) -> Void
  ) {
    self.weightedF32 = weightedF32
    self.nearest = nearest
  }
}
