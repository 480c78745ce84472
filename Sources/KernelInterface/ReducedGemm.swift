/// The numbers that products of weights are computed in where a session asks for less than f32. Sums are kept
/// in 32 bits, and everything around the product stays f32.
package enum ProductPrecision: String, Sendable, CaseIterable {
  /// Both operands rounded to bfloat16 (8 bits of significand, ties to even), sums in f32.
  case bfloat16
  /// Weights as signed bytes, -127...127, with one scale for each column (the largest magnitude / 127);
  /// activations as unsigned bytes with one scale and zero point for each row, found at each run from its
  /// least and largest element and 0; sums exact in 32 bits. A row or column with an element that is not
  /// finite gives no number at all, one whose scale would be under 2^-100 counts as zeros.
  case int8Dynamic
}

/// A product with constant weights in fewer bits:
///
///     C = epilogue(alpha * A B + beta * C)      A: [m, k]   B: [k, n]   C: [m, n], columns adjacent
///
/// Both operands come packed, by `packA` and `packB` of the same kernels. A sum's order depends on `k` and
/// the shape alone, so tasks may run on any threads in any order and give the same bits. C overlaps no
/// operand.
package struct ReducedGemmArguments: @unchecked Sendable {
  package var m: Int
  package var n: Int
  package var k: Int
  package var alpha: Float = 1
  /// With 0, C is not read.
  package var beta: Float = 0
  package var a: UnsafePointer<Float>? = nil
  package var b: UnsafePointer<Float>? = nil
  package var c: UnsafeMutablePointer<Float>? = nil
  package var cRowStride: Int = 0
  package var epilogue: Epilogue<Float> = Epilogue()

  package init(m: Int, n: Int, k: Int) {
    self.m = m
    self.n = n
    self.k = k
  }
}

/// What is packed: all lanes (rows of A, columns of B) of an operand, or some of them. Element (lane, step of
/// depth) is `source[lane * laneStride + step * depthStride]`.
package struct ReducedPacking: @unchecked Sendable {
  package var source: UnsafePointer<Float>
  package var laneStride: Int
  package var depthStride: Int
  /// Lanes and depth of the whole operand.
  package var lanes: Int
  package var depth: Int
  /// The lanes to pack: `first` begins a panel, and so does `first + count` unless it is the end.
  package var first: Int
  package var count: Int
  /// The packed operand, 64-byte aligned; each call writes its own part of it.
  package var target: UnsafeMutablePointer<Float>

  package init(
    source: UnsafePointer<Float>, laneStride: Int, depthStride: Int, lanes: Int, depth: Int,
    target: UnsafeMutablePointer<Float>
  ) {
    self.source = source
    self.laneStride = laneStride
    self.depthStride = depthStride
    self.lanes = lanes
    self.depth = depth
    first = 0
    count = lanes
    self.target = target
  }
}

/// The products of one precision. Tasks and scratch work as said at `GemmKernels`; packing too needs a
/// scratch of `packScratchBytes` for each worker.
package struct ReducedGemmKernels: Sendable {
  package typealias Arguments = UnsafePointer<ReducedGemmArguments>
  package typealias Pack = @Sendable (UnsafePointer<ReducedPacking>, UnsafeMutableRawPointer) -> Void

  package var precision: ProductPrecision
  /// The instruction that multiplies, or nil where others stand in for it.
  package var instruction: String?
  /// Rows and columns of the register tile: panels of a packed A or B are this wide.
  package var tileRows: Int
  package var tileColumns: Int

  /// (m, k) -> bytes that `packA` fills.
  package var packedABytes: @Sendable (Int, Int) -> Int
  /// (k, n) -> bytes that `packB` fills.
  package var packedBBytes: @Sendable (Int, Int) -> Int
  package var packScratchBytes: Int
  /// The most steps of depth whose sums are right.
  package var mostDepth: Int
  package var packA: Pack
  package var packB: Pack

  package var taskCount: @Sendable (Arguments) -> Int
  package var scratchBytes: @Sendable (Arguments) -> Int
  package var run: @Sendable (Arguments, Int, UnsafeMutableRawPointer) -> Void

  /// The same products as `GemmKernels` describes them: of one batch, B packed by their `packB`, A never packed,
  /// since each task encodes the rows that it multiplies.
  package var rowProducts: GemmKernels<Float>

  /// Whether `convolutions` computes a convolution, and is expected to do so faster than the kernels of f32.
  package var takesConvolution: @Sendable (UnsafePointer<ConvolutionArguments<Float>>) -> Bool
  /// Channels-last convolutions of f32 that are not transposed, X channels-last too, as products in fewer
  /// bits: a row is what an output pixel reads, with the zeros of the padding, after the prologue; a column
  /// an output's weights. Packed weights are opaque words.
  package var convolutions: ConvolutionKernels<Float>

  package init(
    precision: ProductPrecision, instruction: String?, tileRows: Int, tileColumns: Int,
    packedABytes: @escaping @Sendable (Int, Int) -> Int, packedBBytes: @escaping @Sendable (Int, Int) -> Int,
    packScratchBytes: Int, mostDepth: Int, packA: @escaping Pack, packB: @escaping Pack,
    taskCount: @escaping @Sendable (Arguments) -> Int, scratchBytes: @escaping @Sendable (Arguments) -> Int,
    run: @escaping @Sendable (Arguments, Int, UnsafeMutableRawPointer) -> Void,
    rowProducts: GemmKernels<Float>,
    takesConvolution: @escaping @Sendable (UnsafePointer<ConvolutionArguments<Float>>) -> Bool,
    convolutions: ConvolutionKernels<Float>
  ) {
    self.precision = precision
    self.instruction = instruction
    self.tileRows = tileRows
    self.tileColumns = tileColumns
    self.packedABytes = packedABytes
    self.packedBBytes = packedBBytes
    self.packScratchBytes = packScratchBytes
    self.mostDepth = mostDepth
    self.packA = packA
    self.packB = packB
    self.taskCount = taskCount
    self.scratchBytes = scratchBytes
    self.run = run
    self.rowProducts = rowProducts
    self.takesConvolution = takesConvolution
    self.convolutions = convolutions
  }
}

/// The products in fewer bits that a table has: for every precision a form that runs wherever the table does,
/// and one by an instruction beyond the table's level; where there is none, or the module could not be
/// compiled with it, the first form again. `KernelSelection` knows whether the processor has the instruction.
package struct ReducedGemmTable: Sendable {
  package var bfloat16: ReducedGemmKernels
  package var bfloat16Dot: ReducedGemmKernels
  package var int8: ReducedGemmKernels
  package var int8Dot: ReducedGemmKernels

  package init(
    bfloat16: ReducedGemmKernels, bfloat16Dot: ReducedGemmKernels, int8: ReducedGemmKernels,
    int8Dot: ReducedGemmKernels
  ) {
    self.bfloat16 = bfloat16
    self.bfloat16Dot = bfloat16Dot
    self.int8 = int8
    self.int8Dot = int8Dot
  }

  /// The forms that run wherever the table does.
  package var withoutInstructions: ReducedGemmTable {
    ReducedGemmTable(bfloat16: bfloat16, bfloat16Dot: bfloat16, int8: int8, int8Dot: int8)
  }
}
