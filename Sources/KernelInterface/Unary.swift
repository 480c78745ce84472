/// Applies a function to `count` elements: `out[i] = f(in[i])`. `out` may be `input`, but may not
/// overlap it otherwise. `alpha` and `beta` are the function's parameters; a function without them
/// ignores them. Types and pointers agree with those that the kernel was resolved for.
package typealias UnaryKernel =
  @Sendable (
    _ out: UnsafeMutableRawPointer, _ input: UnsafeRawPointer, _ count: Int, _ alpha: Double,
    _ beta: Double
  ) -> Void

/// The functions of one variable that have kernels, a and b standing for `alpha` and `beta`.
package enum UnaryFunction: Int, Sendable, CaseIterable {
  case exp, log, tanh, erf
  /// 1 / (1 + exp(-x))
  case sigmoid
  /// x / 2 (1 + erf(x / sqrt 2))
  case gelu
  /// x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))
  case geluTanh
  /// x sigmoid(a x)
  case swish
  /// log(1 + exp(x))
  case softplus
  /// x / (1 + |x|)
  case softsign
  /// x >= 0: x, else a (exp(x) - 1)
  case elu
  /// x > 0: b x, else b a (exp(x) - 1)
  case selu
  /// max(0, x) + min(0, a (exp(x / a) - 1))
  case celu
  /// x >= 0: x, else a x
  case leakyRelu
  /// x > a: x, else 0
  case thresholdedRelu
  /// max(0, min(1, a x + b))
  case hardSigmoid
  /// x max(0, min(1, x / 6 + 1 / 2))
  case hardSwish
  /// x tanh(softplus(x))
  case mish
  /// max(x, 0)
  case relu
  /// min(max(x, a), b); NaN stays NaN. Integers clip with `BinaryFunction.min` and `.max`.
  case clip
  /// x < -a: x + b; x > a: x - b; else 0
  case shrink
  /// a x + b
  case affine
  case abs, negate, sign, square, reciprocal
  case floor, ceil
  /// To the nearest integer, ties to even.
  case round
  case sqrt
  /// 1 / sqrt(x)
  case reciprocalSqrt
  case sin, cos, tan, asin, acos, atan, sinh, cosh, asinh, acosh, atanh
}

/// The tests of one element whose answer is a `bool`.
package enum UnaryPredicate: Int, Sendable, CaseIterable {
  case isNaN
  /// `alpha != 0`: detects negative infinity; `beta != 0`: detects positive infinity.
  case isInfinite
  /// x == 0, which is `not` for `bool`.
  case isZero
}

/// Elementwise functions of one operand.
///
/// In f32 the results of exp, log, tanh, erf, sigmoid and gelu are within 2 units in the last place
/// of the exact value everywhere, subnormal results included. f64 calls the C library, one by one.
package struct UnaryKernels: Sendable {
  /// f32 and f64 have every function; i8, i16, i32 and i64 have relu, abs, negate, sign and square;
  /// the unsigned types abs, sign and square. Else nil. f16 and bf16 are converted in blocks.
  package var kernel: @Sendable (UnaryFunction, KernelElement) -> UnaryKernel?
  /// Kernels that write one `bool` per element, for f32, f64, and (isZero alone) every integer and bool.
  package var predicate: @Sendable (UnaryPredicate, KernelElement) -> UnaryKernel?
  /// The complement of all bits of `byteCount` bytes.
  package var bitwiseNot:
    @Sendable (_ out: UnsafeMutableRawPointer, _ input: UnsafeRawPointer, _ byteCount: Int) -> Void

  package init(
    kernel: @escaping @Sendable (UnaryFunction, KernelElement) -> UnaryKernel?,
    predicate: @escaping @Sendable (UnaryPredicate, KernelElement) -> UnaryKernel?,
    bitwiseNot: @escaping @Sendable (UnsafeMutableRawPointer, UnsafeRawPointer, Int) -> Void
  ) {
    self.kernel = kernel
    self.predicate = predicate
    self.bitwiseNot = bitwiseNot
  }
}
