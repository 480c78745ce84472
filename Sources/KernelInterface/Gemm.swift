/// A batch of matrix products, for `i` in `0..<batch`:
///
///     C[i] = epilogue(alpha * A[i] B[i] + beta * C[i])      A: [m, k]   B: [k, n]   C: [m, n]
///
/// Matrices are given by address and element strides, so a transposed operand is two strides swapped
/// (one of the two should be 1; other strides are right but slow). An operand that is constant is packed
/// once with `packA` or `packB` and passed as `packedA` or `packedB`; its plain address and strides are
/// then not read. `m`, `n`, `batch` and `k` may be 0 (with k = 0 the product is zero).
/// C must overlap neither operand. With beta = 0 C is not read.
///
/// Each element of C is summed in an order that depends on `k` and the shape alone, so tasks may run
/// on any threads in any order and give the same bits.
package struct GemmArguments<Element: BinaryFloatingPoint & Sendable>: @unchecked Sendable {
  package var m: Int
  package var n: Int
  package var k: Int
  package var batch: Int = 1

  package var alpha: Element = 1
  package var beta: Element = 0

  package var a: UnsafePointer<Element>? = nil
  package var aRowStride: Int = 0
  package var aColumnStride: Int = 1
  package var aBatchStride: Int = 0
  /// The result of `packA`; with `aBatchStride` != 0, one for each batch at that stride.
  package var packedA: UnsafePointer<Element>? = nil

  package var b: UnsafePointer<Element>? = nil
  package var bRowStride: Int = 0
  package var bColumnStride: Int = 1
  package var bBatchStride: Int = 0
  /// The result of `packB`; with `bBatchStride` != 0, one for each batch at that stride.
  package var packedB: UnsafePointer<Element>? = nil

  package var c: UnsafeMutablePointer<Element>? = nil
  package var cRowStride: Int = 0
  /// Columns of C are adjacent.
  package var cBatchStride: Int = 0

  /// For batches that are not evenly spaced (broadcasting over several axes): `3 * batch` numbers, the
  /// element offsets of A, B and C of batch 0, of batch 1, ... that replace the batch strides. nil for none.
  package var batchOffsets: UnsafePointer<Int>? = nil

  package var epilogue: Epilogue<Element> = Epilogue()

  package init(m: Int, n: Int, k: Int) {
    self.m = m
    self.n = n
    self.k = k
  }
}

/// The GEMM of one element type. How to run it:
///
///     let tasks = gemm.taskCount(arguments)
///     for task in 0..<tasks { gemm.run(arguments, task, scratch) }     // on any threads
///
/// `taskCount` and `scratchBytes` read sizes, strides and which pointers are nil, never memory, so a plan
/// may ask them once with placeholder addresses. Every worker has its own scratch of at least
/// `scratchBytes(arguments)` bytes, 64-byte aligned, with any contents; one may serve all its tasks.
package struct GemmKernels<Element: BinaryFloatingPoint & Sendable>: Sendable {
  package typealias Arguments = UnsafePointer<GemmArguments<Element>>
  /// (source, row stride, column stride, rows, columns, destination)
  package typealias Pack =
    @Sendable (UnsafePointer<Element>, Int, Int, Int, Int, UnsafeMutablePointer<Element>) -> Void

  /// Rows and columns of the register tile: panels of a packed A or B are this wide.
  package var tileRows: Int
  package var tileColumns: Int

  /// (m, k) -> elements that `packA` writes.
  package var packedACount: @Sendable (Int, Int) -> Int
  /// (k, n) -> elements that `packB` writes.
  package var packedBCount: @Sendable (Int, Int) -> Int
  /// Packs A [m, k]: `packA(a, aRowStride, aColumnStride, m, k, destination)`.
  package var packA: Pack
  /// Packs B [k, n]: `packB(b, bRowStride, bColumnStride, k, n, destination)`.
  package var packB: Pack

  package var taskCount: @Sendable (Arguments) -> Int
  package var scratchBytes: @Sendable (Arguments) -> Int
  package var run: @Sendable (Arguments, Int, UnsafeMutableRawPointer) -> Void

  package init(
    tileRows: Int, tileColumns: Int,
    packedACount: @escaping @Sendable (Int, Int) -> Int, packedBCount: @escaping @Sendable (Int, Int) -> Int,
    packA: @escaping Pack, packB: @escaping Pack,
    taskCount: @escaping @Sendable (Arguments) -> Int, scratchBytes: @escaping @Sendable (Arguments) -> Int,
    run: @escaping @Sendable (Arguments, Int, UnsafeMutableRawPointer) -> Void
  ) {
    self.tileRows = tileRows
    self.tileColumns = tileColumns
    self.packedACount = packedACount
    self.packedBCount = packedBCount
    self.packA = packA
    self.packB = packB
    self.taskCount = taskCount
    self.scratchBytes = scratchBytes
    self.run = run
  }
}
