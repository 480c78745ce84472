/// What one call of a row normalization works on: `rows` rows of `columns` f32 elements.
///
/// `sum` receives `input + residual`, if both are given; the residual alone is added and not kept.
/// `mean` and `inverseDeviation` receive one value per row. All optional pointers may be nil. `out` may
/// be `input` or `residual` and `sum` may be `residual` or `input`, but `out` is not `sum`. Row strides
/// are in elements; gain and offset are dense and shared by all rows.
package struct RowNormalization {
  package var out: UnsafeMutablePointer<Float>
  package var outStride: Int
  package var input: UnsafePointer<Float>
  package var inputStride: Int
  package var residual: UnsafePointer<Float>? = nil
  package var residualStride: Int = 0
  package var sum: UnsafeMutablePointer<Float>? = nil
  package var sumStride: Int = 0
  package var gain: UnsafePointer<Float>? = nil
  package var offset: UnsafePointer<Float>? = nil
  package var mean: UnsafeMutablePointer<Float>? = nil
  package var inverseDeviation: UnsafeMutablePointer<Float>? = nil
  package var rows: Int
  package var columns: Int
  package var epsilon: Float

  /// Dense rows without the optional parts, which are set afterwards.
  package init(
    out: UnsafeMutablePointer<Float>, input: UnsafePointer<Float>, rows: Int, columns: Int, epsilon: Float
  ) {
    self.out = out
    self.outStride = columns
    self.input = input
    self.inputStride = columns
    self.rows = rows
    self.columns = columns
    self.epsilon = epsilon
  }
}

/// Normalizations in f32. Statistics are taken in two passes over blocked sums.
package struct NormalizationKernels: Sendable {
  /// `out = (x - mean) / sqrt(variance + epsilon) * gain + offset` over each row (LayerNormalization).
  package var layerNormF32: @Sendable (RowNormalization) -> Void
  /// `out = x / sqrt(mean(x^2) + epsilon) * gain + offset` over each row (RMSNormalization); `mean` is
  /// ignored.
  package var rmsNormF32: @Sendable (RowNormalization) -> Void
  /// `out[o, c, i] = scale[c] * in[o, c, i] + shift[c]`, the axis of `shape` being the channels:
  /// BatchNormalization at inference, and the second half of Instance- and GroupNormalization. With
  /// `inner == 1` the channels are last. `shift` may be nil (zero). `out` may be `input`.
  package var channelAffineF32:
    @Sendable (
      _ out: UnsafeMutablePointer<Float>, _ input: UnsafePointer<Float>, _ scale: UnsafePointer<Float>,
      _ shift: UnsafePointer<Float>?, _ shape: AxisShape
    ) -> Void
  /// Mean and variance (of the population) along the axis of `shape`, for each (o, i), at
  /// `o * outStride + i`.
  package var momentsF32:
    @Sendable (
      _ mean: UnsafeMutablePointer<Float>, _ variance: UnsafeMutablePointer<Float>, _ outStride: Int,
      _ input: UnsafePointer<Float>, _ shape: AxisShape
    ) -> Void
  /// `out = x / norm(x)` along the axis, the norm being L1 or L2 (`p` is 1 or 2); a norm of 0 gives 0.
  package var lpNormF32:
    @Sendable (
      _ out: UnsafeMutablePointer<Float>, _ input: UnsafePointer<Float>, _ shape: AxisShape, _ p: Int
    ) -> Void
  /// LRN across the axis of `shape` (the channels):
  /// `out[c] = x[c] / (bias + alpha / size * sum x[c - (size - 1) / 2 ... c + size / 2]^2) ^ beta`.
  /// `out` is not `input`.
  package var localResponseF32:
    @Sendable (
      _ out: UnsafeMutablePointer<Float>, _ input: UnsafePointer<Float>, _ shape: AxisShape, _ size: Int,
      _ alpha: Float, _ beta: Float, _ bias: Float
    ) -> Void

  package init(
    layerNormF32: @escaping @Sendable (RowNormalization) -> Void,
    rmsNormF32: @escaping @Sendable (RowNormalization) -> Void,
    channelAffineF32:
      @escaping @Sendable (
        UnsafeMutablePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>?,
        AxisShape
      ) -> Void,
    momentsF32:
      @escaping @Sendable (
        UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>, Int, UnsafePointer<Float>, AxisShape
      ) -> Void,
    lpNormF32:
      @escaping @Sendable (UnsafeMutablePointer<Float>, UnsafePointer<Float>, AxisShape, Int) -> Void,
    localResponseF32:
      @escaping @Sendable (
        UnsafeMutablePointer<Float>, UnsafePointer<Float>, AxisShape, Int, Float, Float, Float
      ) -> Void
  ) {
    self.layerNormF32 = layerNormF32
    self.rmsNormF32 = rmsNormF32
    self.channelAffineF32 = channelAffineF32
    self.momentsF32 = momentsF32
    self.lpNormF32 = lpNormF32
    self.localResponseF32 = localResponseF32
  }
}
