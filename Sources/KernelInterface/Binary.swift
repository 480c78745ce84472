/// The extent of a two-operand kernel: rows of `columns` elements. All strides are in elements.
///
/// Element (r, c) of an operand lies at `r * rowStride + c * step`. A step of 1 is dense and a step of 0
/// repeats one element along the row (a broadcast scalar); both are fast in every combination. Other
/// steps are correct. The output's step is 1. A broadcasting driver collapses its dimensions, keeps
/// the innermost two and loops over the rest.
package struct BinaryTile: Sendable, Equatable {
  package var rows: Int
  package var columns: Int
  package var outRowStride: Int
  package var leftRowStride: Int
  package var leftStep: Int
  package var rightRowStride: Int
  package var rightStep: Int

  package init(
    rows: Int, columns: Int, outRowStride: Int, leftRowStride: Int, leftStep: Int, rightRowStride: Int,
    rightStep: Int
  ) {
    self.rows = rows
    self.columns = columns
    self.outRowStride = outRowStride
    self.leftRowStride = leftRowStride
    self.leftStep = leftStep
    self.rightRowStride = rightRowStride
    self.rightStep = rightStep
  }

  /// One row; a step of 0 makes that operand a scalar.
  package init(count: Int, leftStep: Int = 1, rightStep: Int = 1) {
    self.init(
      rows: 1, columns: count, outRowStride: count, leftRowStride: 0, leftStep: leftStep,
      rightRowStride: 0, rightStep: rightStep)
  }
}

/// `out[r, c] = f(left[r, c], right[r, c])`. `out` may equal `left` or `right` where that operand is
/// dense and has the same row stride.
package typealias BinaryKernel =
  @Sendable (
    _ out: UnsafeMutableRawPointer, _ left: UnsafeRawPointer, _ right: UnsafeRawPointer, _ tile: BinaryTile
  ) -> Void

/// Two operands of one type to a result of that type. Integer arithmetic wraps.
package enum BinaryFunction: Int, Sendable, CaseIterable {
  case add, subtract, multiply
  /// Integers truncate toward zero; a division by zero, undefined in ONNX, gives 0.
  case divide
  /// The smaller or greater; NaN if either is.
  case min, max
  /// left to the power of right. Integers by repeated squaring, with 0 for negative powers but those of 1
  /// and -1.
  case power
  /// left >= 0: left, else left * right (PRelu).
  case prelu
  /// The remainder with the sign of the divisor (Mod with fmod = 0); by zero: 0 for integers.
  case modulo
  /// The remainder with the sign of the dividend (Mod with fmod = 1); by zero: 0 for integers.
  case remainder
}

/// Two operands of one type to a `bool`. Comparisons with NaN are false, notEqual is true.
package enum Comparison: Int, Sendable, CaseIterable {
  case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual
}

/// Functions of bits. On `bool` operands (as u8, values 0 and 1) and, or, xor are the logical ones.
package enum BitwiseFunction: Int, Sendable, CaseIterable {
  case and, or, xor
  /// By at least the width of the type: 0.
  case shiftLeft, shiftRight
}

/// `out[r, c] = condition[r, c] != 0 ? left[r, c] : right[r, c]`: condition is a `bool` with a row stride
/// and step like those of the tile's operands.
package typealias SelectKernel =
  @Sendable (
    _ out: UnsafeMutableRawPointer, _ condition: UnsafeRawPointer, _ conditionRowStride: Int,
    _ conditionStep: Int, _ left: UnsafeRawPointer, _ right: UnsafeRawPointer, _ tile: BinaryTile
  ) -> Void

/// Elementwise functions of two operands, in 2-D strided form.
package struct BinaryKernels: Sendable {
  /// f32, f64 and all integers; nil for f16, bf16 (converted in blocks) and bool.
  package var kernel: @Sendable (BinaryFunction, KernelElement) -> BinaryKernel?
  /// f32, f64, all integers and bool; nil for f16 and bf16.
  package var comparison: @Sendable (Comparison, KernelElement) -> BinaryKernel?
  /// All integers and bool.
  package var bitwise: @Sendable (BitwiseFunction, KernelElement) -> BinaryKernel?
  /// By element size in bytes: 1, 2, 4, 8 or 16.
  package var select: @Sendable (_ elementSize: Int) -> SelectKernel?

  package init(
    kernel: @escaping @Sendable (BinaryFunction, KernelElement) -> BinaryKernel?,
    comparison: @escaping @Sendable (Comparison, KernelElement) -> BinaryKernel?,
    bitwise: @escaping @Sendable (BitwiseFunction, KernelElement) -> BinaryKernel?,
    select: @escaping @Sendable (Int) -> SelectKernel?
  ) {
    self.kernel = kernel
    self.comparison = comparison
    self.bitwise = bitwise
    self.select = select
  }
}
