/// How an axis becomes one element. Over an empty axis: sum, sumSquare, l1, l2 0; product 1; max the
/// lowest and min the highest value of the type (an infinity where there is one); logSum and
/// logSumExp minus infinity; mean NaN (0 for integers).
package enum ReductionFunction: Int, Sendable, CaseIterable {
  case sum, mean, product, sumSquare, l1, l2
  /// NaN if any element is.
  case max, min
  /// log(sum x)
  case logSum
  /// log(sum exp x), computed around the maximum
  case logSumExp
}

/// Reduces the axis of `shape`: `out[o * outStride + i]` from `input[o, :, i]`. `out` has the input's type.
package typealias ReductionKernel =
  @Sendable (
    _ out: UnsafeMutableRawPointer, _ outStride: Int, _ input: UnsafeRawPointer, _ shape: AxisShape
  ) -> Void

/// As `ReductionKernel`, with positions (Int64) as output. Of equal elements the first is taken, or the
/// last if `selectLast`; a NaN counts as the extreme. The axis is not empty.
package typealias ArgumentKernel =
  @Sendable (
    _ out: UnsafeMutablePointer<Int64>, _ outStride: Int, _ input: UnsafeRawPointer, _ shape: AxisShape,
    _ selectLast: Bool
  ) -> Void

/// Running sums along the axis; `out` and `input` both have `shape`; `out` may be `input`.
package typealias CumulativeKernel =
  @Sendable (
    _ out: UnsafeMutableRawPointer, _ input: UnsafeRawPointer, _ shape: AxisShape, _ exclusive: Bool,
    _ reverse: Bool
  ) -> Void

/// Reductions along one axis. Neighbouring axes are merged by the caller; axes apart are brought
/// together by a transpose. Sums are blocked, so that their error grows with the logarithm of the
/// length; the order of additions depends on the shape alone.
package struct ReductionKernels: Sendable {
  /// f32, f64 and all integers (for which logSum and logSumExp go through f64); else nil.
  package var kernel: @Sendable (ReductionFunction, KernelElement) -> ReductionKernel?
  /// f32, f64 and all integers; else nil.
  package var argMax: @Sendable (KernelElement) -> ArgumentKernel?
  package var argMin: @Sendable (KernelElement) -> ArgumentKernel?
  /// f32, f64 and all integers; else nil.
  package var cumulativeSum: @Sendable (KernelElement) -> CumulativeKernel?
  /// f32, f64 and all integers; else nil.
  package var cumulativeProduct: @Sendable (KernelElement) -> CumulativeKernel?

  package init(
    kernel: @escaping @Sendable (ReductionFunction, KernelElement) -> ReductionKernel?,
    argMax: @escaping @Sendable (KernelElement) -> ArgumentKernel?,
    argMin: @escaping @Sendable (KernelElement) -> ArgumentKernel?,
    cumulativeSum: @escaping @Sendable (KernelElement) -> CumulativeKernel?,
    cumulativeProduct: @escaping @Sendable (KernelElement) -> CumulativeKernel?
  ) {
    self.kernel = kernel
    self.argMax = argMax
    self.argMin = argMin
    self.cumulativeSum = cumulativeSum
    self.cumulativeProduct = cumulativeProduct
  }
}
