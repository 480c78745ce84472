/// Along the axis of `shape`; `out` has the same shape and strides and may be `input`.
package typealias SoftmaxKernel =
  @Sendable (_ out: UnsafeMutableRawPointer, _ input: UnsafeRawPointer, _ shape: AxisShape) -> Void

/// Softmax `exp(x - max) / sum exp(x - max)` and LogSoftmax `x - max - log sum exp(x - max)`.
///
/// As in ONNX's reference: a row that holds NaN or +infinity, or nothing but -infinity, gives NaN (in a
/// softmax with +infinity: wherever the quotient is undefined); -infinity beside finite elements gives 0.
package struct SoftmaxKernels: Sendable {
  /// f32 and f64; else nil.
  package var softmax: @Sendable (KernelElement) -> SoftmaxKernel?
  /// f32 and f64; else nil.
  package var logSoftmax: @Sendable (KernelElement) -> SoftmaxKernel?

  package init(
    softmax: @escaping @Sendable (KernelElement) -> SoftmaxKernel?,
    logSoftmax: @escaping @Sendable (KernelElement) -> SoftmaxKernel?
  ) {
    self.softmax = softmax
    self.logSoftmax = logSoftmax
  }
}
