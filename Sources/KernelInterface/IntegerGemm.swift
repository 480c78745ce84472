/// A batch of products of 8-bit integers, exact in 32 bits (sums wrap past them):
///
///     C[i, r, c] = sum over j of (A[i, r, j] - aZero[r]) * (B[i, j, c] - bZero[c])
///
/// A: [m, k], B: [k, n], each signed or unsigned bytes, given by address and strides (in elements); C: Int32,
/// columns adjacent.
package struct IntegerGemmArguments: @unchecked Sendable {
  package var m: Int
  package var n: Int
  package var k: Int
  package var batch: Int = 1

  package var a: UnsafeRawPointer? = nil
  package var aIsSigned: Bool = false
  package var aRowStride: Int = 0
  package var aColumnStride: Int = 1
  package var aBatchStride: Int = 0
  /// One zero point for each row (`aZeroStride` 1) or one for all (0); nil for 0. As signed as A.
  package var aZero: UnsafeRawPointer? = nil
  package var aZeroStride: Int = 0

  package var b: UnsafeRawPointer? = nil
  package var bIsSigned: Bool = false
  package var bRowStride: Int = 0
  package var bColumnStride: Int = 1
  package var bBatchStride: Int = 0
  /// One zero point for each column (`bZeroStride` 1) or one for all (0); nil for 0. As signed as B.
  package var bZero: UnsafeRawPointer? = nil
  package var bZeroStride: Int = 0

  package var c: UnsafeMutablePointer<Int32>? = nil
  package var cRowStride: Int = 0
  package var cBatchStride: Int = 0
  /// As in `GemmArguments`: `3 * batch` offsets of A, B and C that replace the batch strides.
  package var batchOffsets: UnsafePointer<Int>? = nil

  package init(m: Int, n: Int, k: Int) {
    self.m = m
    self.n = n
    self.k = k
  }
}

/// Brings 32-bit sums back to 8 bits, rows of `columns` elements:
///
///     Y[r, c] = saturate(roundHalfEven((C[r, c] + bias[r or c]) * scale[r or c]) + zero)
package struct RequantizeArguments: @unchecked Sendable {
  package var rows: Int
  package var columns: Int
  package var c: UnsafePointer<Int32>? = nil
  package var cRowStride: Int = 0
  package var y: UnsafeMutableRawPointer? = nil
  package var yRowStride: Int = 0
  package var yIsSigned: Bool = false
  /// The scale of element (r, c) is `scale[r * scaleRowStride + c * scaleColumnStride]`, the bias likewise.
  package var scale: UnsafePointer<Float>? = nil
  package var scaleRowStride: Int = 0
  package var scaleColumnStride: Int = 0
  package var bias: UnsafePointer<Int32>? = nil
  package var biasRowStride: Int = 0
  package var biasColumnStride: Int = 0
  package var zero: Int32 = 0

  package init(rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
  }
}

/// Writes the image patches of a convolution of bytes as a matrix [channels * kernel, output positions], for
/// one group of one image; positions outside the image get `padding` (the zero point).
package struct BytePatchesArguments: @unchecked Sendable {
  package var channels: Int
  package var input: Extent3
  package var output: Extent3
  package var kernel: Extent3
  package var stride: Extent3 = Extent3(1)
  package var dilation: Extent3 = Extent3(1)
  package var padding: Extent3 = Extent3(0)
  /// The byte outside the image.
  package var outside: UInt8 = 0
  package var x: UnsafePointer<UInt8>? = nil
  package var y: UnsafeMutablePointer<UInt8>? = nil

  package init(channels: Int, input: Extent3, kernel: Extent3, output: Extent3) {
    self.channels = channels
    self.input = input
    self.kernel = kernel
    self.output = output
  }
}

/// Integer products. Tasks and scratch work as said at `GemmKernels`; `requantize` and `patches` are whole in
/// one call.
package struct IntegerGemmKernels: Sendable {
  package typealias Arguments = UnsafePointer<IntegerGemmArguments>

  package var taskCount: @Sendable (Arguments) -> Int
  package var scratchBytes: @Sendable (Arguments) -> Int
  package var run: @Sendable (Arguments, Int, UnsafeMutableRawPointer) -> Void
  package var requantize: @Sendable (UnsafePointer<RequantizeArguments>) -> Void
  package var patches: @Sendable (UnsafePointer<BytePatchesArguments>) -> Void

  package init(
    taskCount: @escaping @Sendable (Arguments) -> Int, scratchBytes: @escaping @Sendable (Arguments) -> Int,
    run: @escaping @Sendable (Arguments, Int, UnsafeMutableRawPointer) -> Void,
    requantize: @escaping @Sendable (UnsafePointer<RequantizeArguments>) -> Void,
    patches: @escaping @Sendable (UnsafePointer<BytePatchesArguments>) -> Void
  ) {
    self.taskCount = taskCount
    self.scratchBytes = scratchBytes
    self.run = run
    self.requantize = requantize
    self.patches = patches
  }
}
