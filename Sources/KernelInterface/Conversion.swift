/// Converts `count` elements, `(out, in, count)`. `out` and `in` do not overlap.
package typealias ConversionKernel =
  @Sendable (_ out: UnsafeMutableRawPointer, _ input: UnsafeRawPointer, _ count: Int) -> Void

/// Conversions between element types, with the semantics of ONNX Cast.
///
/// - To a narrower floating type: round to nearest, ties to even; overflow gives infinity; a NaN
///   stays a NaN.
/// - Floating to integer: truncation toward zero. Values out of range, which ONNX leaves undefined,
///   give the same result on every machine: 32-bit and 64-bit types saturate and NaN gives 0; 8-bit
///   and 16-bit types take the low bits of the 32-bit result.
/// - Integer to narrower integer: the low bits.
/// - To `bool`: 0 stays 0 and everything else (NaN too) is 1; from `bool`: 0 or 1.
package struct ConversionKernels: Sendable {
  /// The kernel from one element type to another; every pair has one, a copy where they are equal.
  package var kernel: @Sendable (_ from: KernelElement, _ to: KernelElement) -> ConversionKernel

  package init(kernel: @escaping @Sendable (KernelElement, KernelElement) -> ConversionKernel) {
    self.kernel = kernel
  }
}
