internal import Graphs
internal import KernelInterface
internal import Tensors

/// A step that runs one call of the GEMM engine: arguments complete but for addresses, and the slots that
/// give those. Operands that are constant are packed when the step is made.
struct GemmStep<Element: BinaryFloatingPoint & TensorElement> {
  let kernels: GemmKernels<Element>
  var arguments: GemmArguments<Element>
  let a: PrepareContext.Operand
  let b: PrepareContext.Operand
  let c: PrepareContext.Operand
  let ending: ProductEnding
  /// As `GemmArguments.batchOffsets`; empty for evenly spaced batches.
  var offsets: [Int] = []

  /// Where no address is known yet: never read.
  private static var placeholder: UnsafePointer<Element>? { UnsafePointer(bitPattern: 64) }

  /// Packs what is constant and worth it, and returns the step; that of a `ReducedProduct` where the session
  /// asks for one. `aMatrices` and `bMatrices` say how many
  /// matrices, one after the other, the operands hold.
  mutating func prepare(_ context: inout PrepareContext, aMatrices: Int, bMatrices: Int) -> Step {
    if let step = self as? GemmStep<Float>, let product = ReducedProduct(step, context) {
      return product.prepare(&context)
    }
    packB(context, matrices: bMatrices)
    packA(context, matrices: aMatrices)
    let (m, n): (Int, Int) = (arguments.m, arguments.n)
    arguments.epilogue = ending.epilogue(
      Element.self, rows: m, columns: n, placeholder: Self.placeholder)
    if arguments.packedA == nil { arguments.a = Self.placeholder }
    if arguments.packedB == nil { arguments.b = Self.placeholder }
    arguments.c = UnsafeMutablePointer(mutating: Self.placeholder)
    let table: OffsetTable? = offsets.isEmpty ? nil : OffsetTable(offsets)
    arguments.batchOffsets = table?.address
    let packing: PackedRows<Element>? = packedRows(&context)
    if let packing { arguments.packedA = packing.placeholder }
    let (tasks, scratch): (Int, Int) = withUnsafePointer(to: arguments) { [kernels] in
      (kernels.taskCount($0), kernels.scratchBytes($0))
    }
    context.reserveScratch(scratch)
    let kernel = kernels.run
    let template: GemmArguments<Element> = arguments
    // A packed operand's slot is not asked for: its own bytes need not be in memory.
    let aSlot: Int? = arguments.packedA == nil || packing != nil ? a.slot : nil
    let bSlot: Int? = arguments.packedB == nil ? b.slot : nil
    let cSlot: Int = c.slot
    let biasSlot: Int? = ending.bias?.slot
    let residualSlot: Int? = ending.residual?.slot
    return Step(kernel: kernelName) { run in
      var arguments: GemmArguments<Element> = template
      if let packing, let aSlot {
        arguments.packedA = packing.pack(run.input(aSlot), run)
      } else if let aSlot {
        arguments.a = run.input(aSlot)
      }
      if let bSlot { arguments.b = run.input(bSlot) }
      arguments.c = run.output(cSlot)
      if let biasSlot { arguments.epilogue.bias = run.input(biasSlot) }
      if let residualSlot { arguments.epilogue.residual = run.input(residualSlot) }
      withUnsafePointer(to: arguments) { pointer in
        run.parallel(tasks) { task, worker in kernel(pointer, task, run.scratch(worker)) }
      }
      withExtendedLifetime(table) {}
    }
  }

  /// The most that a packed A may take: what a cache still holds when it is read. A larger one is packed block
  /// by block, each right before it is used.
  private static var mostPackedRows: Int { 4 << 20 }

  /// How A is packed at the start of each run, where its rows can't be read where they lie and several blocks
  /// of columns would each pack it again.
  private func packedRows(_ context: inout PrepareContext) -> PackedRows<Element>? {
    let (m, n, k): (Int, Int, Int) = (arguments.m, arguments.n, arguments.k)
    guard arguments.batch == 1, offsets.isEmpty, arguments.packedA == nil, arguments.aColumnStride != 1,
      m > kernels.tileRows, k > 0, n >= 4 * kernels.tileColumns
    else { return nil }
    let count: Int = kernels.packedACount(m, k)
    guard count * MemoryLayout<Element>.stride <= Self.mostPackedRows else { return nil }
    return PackedRows(
      slot: context.temporary(count * MemoryLayout<Element>.stride), rows: m, depth: k,
      rowStride: arguments.aRowStride, columnStride: arguments.aColumnStride, tileRows: kernels.tileRows,
      kernel: kernels.packA)
  }

  /// The kernel and the sizes of the product.
  private var kernelName: String {
    let copies: String = arguments.batch == 1 ? "" : "\(arguments.batch) x "
    let form: String = arguments.m == 1 || arguments.n == 1 ? "gemv" : "gemm"
    let type: String = Element.self == Float.self ? "F32" : "F64"
    var packed: String = arguments.packedA == nil ? "" : ", A packed"
    if arguments.packedB != nil { packed += ", B packed" }
    return "\(form)\(type) \(copies)\(arguments.m)x\(arguments.n)x\(arguments.k)\(packed)"
  }

  /// A constant B is packed, all its matrices, but for products with one column, whose kernel reads it in
  /// place.
  private mutating func packB(_ context: PrepareContext, matrices: Int) {
    let (k, n): (Int, Int) = (arguments.k, arguments.n)
    guard let constant = b.constant, n > 1, k > 0, matrices > 0 else { return }
    let (row, column): (Int, Int) = (arguments.bRowStride, arguments.bColumnStride)
    let size: Int = kernels.packedBCount(k, n)
    let pack = kernels.packB
    let layout: String =
      "gemm B \(Element.self) \(context.kernels.isa.name) \(k)x\(n) strides \(row) \(column), \(matrices) times"
    let packed: UnsafeRawPointer = context.weights.packed(
      constant, layout: layout, byteCount: size * matrices * MemoryLayout<Element>.stride
    ) { weight, bytes in
      let packing = WeightPacking<Element>(
        lanes: n, depth: k, laneStride: column, depthStride: row, tile: kernels.tileColumns,
        matrices: matrices, packedSize: size
      ) { source, target, lanes, depth in pack(source, row, column, depth, lanes, target) }
      packing.run(weight, to: bytes.assumingMemoryBound(to: Element.self), context.weights.runner)
    }
    arguments.packedB = packed.assumingMemoryBound(to: Element.self)
    if arguments.bBatchStride != 0 { arguments.bBatchStride = size }
    for batch in 0..<offsets.count / 3 { offsets[3 * batch + 1] = offsets[3 * batch + 1] / (k * n) * size }
  }

  /// A constant A is packed unless the product has one row or one column, whose kernels read it in place.
  private mutating func packA(_ context: PrepareContext, matrices: Int) {
    let (m, k): (Int, Int) = (arguments.m, arguments.k)
    guard let constant = a.constant, m > 1, arguments.n > 1, k > 0, matrices > 0 else { return }
    let (row, column): (Int, Int) = (arguments.aRowStride, arguments.aColumnStride)
    let size: Int = kernels.packedACount(m, k)
    let pack = kernels.packA
    let layout: String =
      "gemm A \(Element.self) \(context.kernels.isa.name) \(m)x\(k) strides \(row) \(column), \(matrices) times"
    let packed: UnsafeRawPointer = context.weights.packed(
      constant, layout: layout, byteCount: size * matrices * MemoryLayout<Element>.stride
    ) { weight, bytes in
      let packing = WeightPacking<Element>(
        lanes: m, depth: k, laneStride: row, depthStride: column, tile: kernels.tileRows,
        matrices: matrices, packedSize: size
      ) { source, target, lanes, depth in pack(source, row, column, lanes, depth, target) }
      packing.run(weight, to: bytes.assumingMemoryBound(to: Element.self), context.weights.runner)
    }
    arguments.packedA = packed.assumingMemoryBound(to: Element.self)
    if arguments.aBatchStride != 0 { arguments.aBatchStride = size }
    for batch in 0..<offsets.count / 3 { offsets[3 * batch] = offsets[3 * batch] / (m * k) * size }
  }
}

/// Batch offsets at a fixed address.
final class OffsetTable: Sendable {
  private let storage: Storage

  init(_ offsets: [Int]) {
    storage = Storage(byteCount: offsets.count * MemoryLayout<Int>.stride)
    let base = storage.base.assumingMemoryBound(to: Int.self)
    for (index, offset) in offsets.enumerated() { base[index] = offset }
  }

  var address: UnsafePointer<Int> { UnsafePointer(storage.base.assumingMemoryBound(to: Int.self)) }
}
