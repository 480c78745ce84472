/// What a convolution makes of each element of its input as it reads it, for batch b and input channel c:
///
///     x' = max(scale[b * batchStride + c] * x + shift[b * batchStride + c], floor)
///
/// It spares a pass over memory before the convolution: a normalization and ReLU that come first (DenseNet),
/// or the gate of a squeeze-and-excitation block. Zeros of the padding are zeros of x'.
package struct ConvolutionPrologue<Element: BinaryFloatingPoint & Sendable>: @unchecked Sendable {
  /// nil for 1.
  package var scale: UnsafePointer<Element>? = nil
  /// nil for 0.
  package var shift: UnsafePointer<Element>? = nil
  /// 0 where all batches share the numbers.
  package var batchStride: Int = 0
  /// Whether `floor` is applied (with 0: ReLU).
  package var hasFloor: Bool = false
  package var floor: Element = 0

  package var isEmpty: Bool { scale == nil && shift == nil && !hasFloor }

  package init() {}
}
