internal import Graphs
internal import KernelInterface
internal import Tensors

/// A product of a value with constant weights in the session's reduced precision: the weights are packed
/// once, when the step is made, and the value at the start of each run. Products of two values, of constants
/// on the left, of several matrices of weights, with a single column and deeper than sums allow stay in f32.
struct ReducedProduct {
  private let kernels: ReducedGemmKernels
  private let product: GemmStep<Float>
  private let weight: Tensor

  /// nil where the session asks for no such product, or the product is none.
  init?(_ product: GemmStep<Float>, _ context: PrepareContext) {
    let arguments: GemmArguments<Float> = product.arguments
    guard let kernels = context.kernels.weightProducts, let weight = product.b.constant,
      weight.elementType == .float32, product.a.constant == nil, arguments.batch == 1,
      product.offsets.isEmpty, arguments.beta == 0, arguments.m > 0, arguments.n > 1, arguments.k > 0,
      arguments.k <= kernels.mostDepth
    else { return nil }
    self.kernels = kernels
    self.product = product
    self.weight = weight
  }

  func prepare(_ context: inout PrepareContext) -> Step {
    context.countReducedProduct()
    let given: GemmArguments<Float> = product.arguments
    let (m, n, k): (Int, Int, Int) = (given.m, given.n, given.k)
    let placeholder: UnsafePointer<Float>? = UnsafePointer(bitPattern: 64)
    var arguments = ReducedGemmArguments(m: m, n: n, k: k)
    arguments.alpha = given.alpha
    arguments.b = packedWeights(context)
    arguments.a = placeholder
    arguments.c = UnsafeMutablePointer(mutating: placeholder)
    arguments.cRowStride = given.cRowStride
    arguments.epilogue = product.ending.epilogue(Float.self, rows: m, columns: n, placeholder: placeholder)
    let (tasks, scratch): (Int, Int) = withUnsafePointer(to: arguments) { [kernels] in
      (kernels.taskCount($0), kernels.scratchBytes($0))
    }
    context.reserveScratch(max(scratch, kernels.packScratchBytes))
    let rows = ReducedRows(
      kernels: kernels, slot: context.temporary(kernels.packedABytes(m, k)), rows: m, depth: k,
      rowStride: given.aRowStride, columnStride: given.aColumnStride)
    let template: ReducedGemmArguments = arguments
    let kernel = kernels.run
    let (aSlot, cSlot): (Int, Int) = (product.a.slot, product.c.slot)
    let biasSlot: Int? = product.ending.bias?.slot
    let residualSlot: Int? = product.ending.residual?.slot
    return Step(kernel: kernelName) { run in
      var arguments: ReducedGemmArguments = template
      arguments.a = rows.pack(run.input(aSlot), run)
      arguments.c = run.output(cSlot)
      if let biasSlot { arguments.epilogue.bias = run.input(biasSlot) }
      if let residualSlot { arguments.epilogue.residual = run.input(residualSlot) }
      withUnsafePointer(to: arguments) { pointer in
        run.parallel(tasks) { task, worker in kernel(pointer, task, run.scratch(worker)) }
      }
    }
  }

  private var kernelName: String {
    let form: String = product.arguments.m == 1 ? "gemv" : "gemm"
    let (m, n, k): (Int, Int, Int) = (product.arguments.m, product.arguments.n, product.arguments.k)
    return "\(form)\(kernels.precision.kernelSuffix) \(m)x\(n)x\(k), B packed"
  }

  /// Elements that are worth a task.
  private static var taskElements: Int { 1 << 16 }

  private func packedWeights(_ context: PrepareContext) -> UnsafePointer<Float> {
    let given: GemmArguments<Float> = product.arguments
    let (n, k): (Int, Int) = (given.n, given.k)
    let (row, column): (Int, Int) = (given.bRowStride, given.bColumnStride)
    let layout: String =
      "gemm B \(kernels.precision.rawValue) \(context.kernels.isa.name) \(k)x\(n) strides \(row) \(column)"
    let kernels: ReducedGemmKernels = kernels
    let runner: any TaskRunner = context.weights.runner
    let packed: UnsafeRawPointer = context.weights.packed(
      weight, layout: layout, byteCount: kernels.packedBBytes(k, n)
    ) { reader, bytes in
      let scratch = Storage(byteCount: kernels.packScratchBytes * runner.workerCount)
      let taskColumns: Int = max(1, Self.taskElements / (k * kernels.tileColumns)) * kernels.tileColumns
      reader.withElements(of: Float.self) { source in
        runner.run(count: (n + taskColumns - 1) / taskColumns) { task, worker in
          var packing = ReducedPacking(
            source: source, laneStride: column, depthStride: row, lanes: n, depth: k,
            target: bytes.assumingMemoryBound(to: Float.self))
          packing.first = task * taskColumns
          packing.count = min(taskColumns, n - packing.first)
          kernels.packB(&packing, scratch.base + worker * kernels.packScratchBytes)
        }
      }
    }
    return packed.assumingMemoryBound(to: Float.self)
  }
}

/// The left operand of such a product, packed in the step's own memory at the start of each run.
private struct ReducedRows: Sendable {
  let kernels: ReducedGemmKernels
  let slot: Int
  let rows: Int
  let depth: Int
  let rowStride: Int
  let columnStride: Int

  /// Elements that are worth a task.
  private static var taskElements: Int { 16384 }

  @inline(__always)
  func pack(_ source: UnsafePointer<Float>, _ run: RunContext) -> UnsafePointer<Float> {
    let panels: UnsafeMutablePointer<Float> = run.output(slot)
    let taskRows: Int = max(1, Self.taskElements / (depth * kernels.tileRows)) * kernels.tileRows
    run.parallel((rows + taskRows - 1) / taskRows) { task, worker in
      var packing = ReducedPacking(
        source: source, laneStride: rowStride, depthStride: columnStride, lanes: rows, depth: depth,
        target: panels)
      packing.first = task * taskRows
      packing.count = min(taskRows, rows - packing.first)
      kernels.packA(&packing, run.scratch(worker))
    }
    return UnsafePointer(panels)
  }
}

extension ProductPrecision {
  /// What the names of kernels end with.
  var kernelSuffix: String {
    switch self {
    case .bfloat16: "BF16"
    case .int8Dynamic: "I8"
    }
  }
}
