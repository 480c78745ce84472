internal import KernelInterface

/// Products of words as `GemmKernels` describes them: B packed beforehand by `packB`, one batch, and A given
/// as floats. Each task encodes the rows that it multiplies.
struct ReducedProductOfRows<Lanes: ReducedLanes> {
  typealias Arguments = UnsafePointer<GemmArguments<Float>>
  typealias Product = ReducedGemm<Lanes>
  typealias Packing = ReducedPack<Lanes>

  /// The product but for A.
  private static func product(_ arguments: Arguments) -> ReducedGemmArguments {
    var product = ReducedGemmArguments(m: arguments.pointee.m, n: arguments.pointee.n, k: arguments.pointee.k)
    product.alpha = arguments.pointee.alpha
    product.beta = arguments.pointee.beta
    product.b = arguments.pointee.packedB
    product.c = arguments.pointee.c
    product.cRowStride = arguments.pointee.cRowStride
    product.epilogue = arguments.pointee.epilogue
    return product
  }

  static func taskCount(_ arguments: Arguments) -> Int {
    var product: ReducedGemmArguments = product(arguments)
    return Product.taskCount(&product)
  }

  /// Scratch of the product, then that of packing, then the packed rows of a task.
  private static func productBytes(_ product: inout ReducedGemmArguments) -> Int {
    roundUp(Product.scratchBytes(&product), 64)
  }

  /// Enough for fewer rows too.
  static func scratchBytes(_ arguments: Arguments) -> Int {
    var product: ReducedGemmArguments = product(arguments)
    let rows: Int = Product.partition(&product).rowBlock
    let bytes: Int = productBytes(&product)
    product.m = smaller(product.m, 1)
    return larger(bytes, productBytes(&product)) + roundUp(Packing.scratchBytes, 64)
      + Packing.packedBytes(roundUp(rows, Product.tileRows), product.k, Product.tileRows)
  }

  static func run(_ arguments: Arguments, _ task: Int, _ scratch: UnsafeMutableRawPointer) {
    guard let a = arguments.pointee.a, let c = arguments.pointee.c else { return }
    var product: ReducedGemmArguments = product(arguments)
    let partition: GemmPartition = Product.partition(&product)
    let packScratch: UnsafeMutableRawPointer = scratch + productBytes(&product)
    let packed: UnsafeMutablePointer<Float> = (packScratch + roundUp(Packing.scratchBytes, 64))
      .assumingMemoryBound(to: Float.self)
    let row: Int = task % partition.rowBlocks * partition.rowBlock
    let column: Int = task / partition.rowBlocks * partition.columnBlock
    let columns: Int = smaller(partition.columnBlock, product.n - column)
    // The rows of the task are a product of their own.
    product.m = smaller(partition.rowBlock, product.m - row)
    product.c = c + row * product.cRowStride
    if let residual = product.epilogue.residual {
      product.epilogue.residual = residual + row * product.epilogue.residualRowStride
    }
    if let bias = product.epilogue.bias,
      product.epilogue.biasAxis.rawValue == Epilogue<Float>.BiasAxis.row.rawValue
    {
      product.epilogue.bias = bias + row
    }
    var packing = ReducedPacking(
      source: a + row * arguments.pointee.aRowStride, laneStride: arguments.pointee.aRowStride,
      depthStride: arguments.pointee.aColumnStride, lanes: product.m, depth: product.k, target: packed)
    Packing.run(&packing, Product.panelRows(product.m), isWeight: false, packScratch)
    product.a = UnsafePointer(packed)
    Product.run(&product, 0, column, product.m, columns, scratch)
  }

  /// B from strides, a panel at a time.
  static func packB(
    _ source: UnsafePointer<Float>, _ rowStride: Int, _ columnStride: Int, _ k: Int, _ n: Int,
    _ target: UnsafeMutablePointer<Float>
  ) {
    let width: Int = Product.tileColumns
    let packing = ReducedTaps<Lanes>(
      weights: source, taps: 1, channels: k, outputStride: columnStride, tapStride: 0,
      channelStride: rowStride)
    let scales: UnsafeMutablePointer<Float> = target + Packing.scales(n, k, width)
    var column: Int = 0
    while column < n {
      packing.pack(
        column, smaller(width, n - column), width, target + column * Packing.words(k),
        scales: Lanes.isQuantized ? scales + column : nil, columns: roundUp(n, width))
      column += width
    }
  }
}
