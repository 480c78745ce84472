/// Along the axis of `shape`; `out` has the same shape and strides and may be `input`.
package typealias SoftmaxKernel =
  @Sendable (_ out: UnsafeMutableRawPointer, _ input: UnsafeRawPointer, _ shape: AxisShape) -> Void

/// What a softmax over a row that comes block by block knows of it so far.
package struct SoftmaxState: Sendable {
  /// The largest element.
  package var best: Double = -.infinity
  /// The sum of `exp(x - best)`.
  package var sum: Double = 0

  package init() {}
}

/// Takes the next `count` elements into an online softmax: replaces each by `exp(x - best)`, where `best` is
/// the largest so far, and returns the factor for what was made with the largest before. As long as all are
/// -infinity, they become 0. Source: Milakov, Gimelshein, Online normalizer calculation for softmax, 2018.
package typealias SoftmaxBlockKernel =
  @Sendable (_ scores: UnsafeMutableRawPointer, _ count: Int, _ state: UnsafeMutablePointer<SoftmaxState>)
  -> Double

/// Softmax `exp(x - max) / sum exp(x - max)` and LogSoftmax `x - max - log sum exp(x - max)`.
///
/// As in ONNX's reference: a row that holds NaN or +infinity, or nothing but -infinity, gives NaN (in a
/// softmax with +infinity: wherever the quotient is undefined); -infinity beside finite elements gives 0.
package struct SoftmaxKernels: Sendable {
  /// f32 and f64; else nil.
  package var softmax: @Sendable (KernelElement) -> SoftmaxKernel?
  /// f32 and f64; else nil.
  package var logSoftmax: @Sendable (KernelElement) -> SoftmaxKernel?
  /// f32 and f64; else nil.
  package var block: @Sendable (KernelElement) -> SoftmaxBlockKernel?

  package init(
    softmax: @escaping @Sendable (KernelElement) -> SoftmaxKernel?,
    logSoftmax: @escaping @Sendable (KernelElement) -> SoftmaxKernel?,
    block: @escaping @Sendable (KernelElement) -> SoftmaxBlockKernel?
  ) {
    self.softmax = softmax
    self.logSoftmax = logSoftmax
    self.block = block
  }
}
