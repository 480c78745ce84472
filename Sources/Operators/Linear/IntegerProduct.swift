internal import Graphs
internal import KernelInterface
internal import Tensors

/// The product of two tensors of bytes with zero points, as MatMulInteger and QLinearMatMul have it. A zero
/// point is one number, one for each row of A or column of B, or (for MatMulInteger's higher ranks) one for
/// each row of each matrix.
struct IntegerProduct: Sendable {
  let product: MatrixProduct
  private let a: PrepareContext.Operand
  private let b: PrepareContext.Operand
  private let aZero: PrepareContext.Operand?
  private let bZero: PrepareContext.Operand?

  init(
    _ context: PrepareContext, a: PrepareContext.Operand, aZero: PrepareContext.Operand?,
    b: PrepareContext.Operand, bZero: PrepareContext.Operand?
  ) throws(PlanError) {
    let rows: Int = a.shape.rank == 1 ? 1 : a.shape[a.shape.rank - 2]
    let merged = MatrixProduct(a.shape, b.shape)
    let zeros: Int = aZero?.shape.count ?? 1
    let repeats: Bool = zeros != 1 && zeros == rows && merged.m != rows
    product = repeats ? MatrixProduct(a.shape, b.shape, mergesRows: false) : merged
    self.a = a
    self.b = b
    self.aZero = aZero
    self.bZero = bZero
    guard zeros == 1 || zeros == product.m else {
      throw context.error(
        .invalidGraph, "A has \(product.m) rows, but there are \(zeros) zero points or scales")
    }
    let columns: Int = bZero?.shape.count ?? 1
    guard columns == 1 || columns == product.n else {
      throw context.error(
        .invalidGraph, "B has \(product.n) columns, but there are \(columns) zero points or scales")
    }
  }

  /// A step that writes the sums, int32, to a slot.
  func prepare(_ context: inout PrepareContext, into target: Int) -> Step {
    let kernels: IntegerGemmKernels = context.kernels.integerGemm
    let (m, n, k): (Int, Int, Int) = (product.m, product.n, product.k)
    var arguments = IntegerGemmArguments(m: m, n: n, k: k)
    arguments.batch = product.batch
    arguments.aIsSigned = a.elementType == .int8
    arguments.bIsSigned = b.elementType == .int8
    arguments.aRowStride = k
    arguments.aBatchStride = product.aMatrices == 1 ? 0 : m * k
    arguments.bRowStride = n
    arguments.bBatchStride = product.bMatrices == 1 ? 0 : k * n
    arguments.cRowStride = n
    arguments.cBatchStride = m * n
    arguments.aZeroStride = aZero?.shape.count ?? 1 == 1 ? 0 : 1
    arguments.bZeroStride = bZero?.shape.count ?? 1 == 1 ? 0 : 1
    var offsets: [Int] = []
    for (index, pair) in product.pairs.enumerated() {
      offsets += [pair.a * m * k, pair.b * k * n, index * m * n]
    }
    let table: OffsetTable? = offsets.isEmpty ? nil : OffsetTable(offsets)
    arguments.batchOffsets = table?.address
    let placeholder = UnsafeRawPointer(bitPattern: 64)
    arguments.a = placeholder
    arguments.b = placeholder
    arguments.aZero = aZero == nil ? nil : placeholder
    arguments.bZero = bZero == nil ? nil : placeholder
    let (tasks, scratch): (Int, Int) = withUnsafePointer(to: arguments) {
      (kernels.taskCount($0), kernels.scratchBytes($0))
    }
    context.reserveScratch(scratch)
    let template: IntegerGemmArguments = arguments
    let kernel = kernels.run
    let (aSlot, bSlot): (Int, Int) = (a.slot, b.slot)
    let (aZeroSlot, bZeroSlot): (Int?, Int?) = (aZero?.slot, bZero?.slot)
    return Step { run in
      var arguments: IntegerGemmArguments = template
      arguments.a = UnsafeRawPointer(run.slots[aSlot])
      arguments.b = UnsafeRawPointer(run.slots[bSlot])
      arguments.c = run.output(target)
      if let aZeroSlot { arguments.aZero = UnsafeRawPointer(run.slots[aZeroSlot]) }
      if let bZeroSlot { arguments.bZero = UnsafeRawPointer(run.slots[bZeroSlot]) }
      withUnsafePointer(to: arguments) { pointer in
        run.parallel(tasks) { task, worker in kernel(pointer, task, run.scratch(worker)) }
      }
      withExtendedLifetime(table) {}
    }
  }
}
