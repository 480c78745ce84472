internal import KernelInterface

/// Products of packed words: the blocked form of `Gemm`, with its tiles, its blocks and its ending. A task
/// computes one block of C, depth block by depth block; one row of A is left to `GemmVector`.
struct ReducedGemm<Lanes: ReducedLanes> {
  typealias Arguments = UnsafePointer<ReducedGemmArguments>

  @inline(__always) static var tileRows: Int { GemmBlocking.rows }
  @inline(__always) static var tileColumns: Int { 2 * Lanes.count }

  /// Rows of a panel of A: a single row is a panel of its own.
  @inline(__always) static func panelRows(_ m: Int) -> Int { m == 1 ? 1 : tileRows }

  @inline(__always) static func partition(_ arguments: Arguments) -> GemmPartition {
    let words: Int = ReducedPack<Lanes>.words(arguments.pointee.k)
    guard arguments.pointee.m > 1 else {
      return GemmPartition(
        lanes: arguments.pointee.n, depth: words, granule: tileColumns,
        elementBytes: MemoryLayout<Float>.stride, lanesAreRows: false)
    }
    return GemmPartition(
      m: arguments.pointee.m, n: arguments.pointee.n, k: words, copies: 1, tileColumns: tileColumns,
      packsB: false)
  }

  static func taskCount(_ arguments: Arguments) -> Int {
    guard arguments.pointee.m > 0 && arguments.pointee.n > 0 else { return 0 }
    return partition(arguments).count
  }

  /// A tile, or a row of sums.
  static func scratchBytes(_ arguments: Arguments) -> Int {
    let row: Int = arguments.pointee.m > 1 ? 0 : partition(arguments).columnBlock
    return (tileRows * tileColumns + row) * MemoryLayout<Float>.stride + 64
  }

  static func run(_ arguments: Arguments, _ task: Int, _ scratch: UnsafeMutableRawPointer) {
    let partition: GemmPartition = partition(arguments)
    let row: Int = task % partition.rowBlocks * partition.rowBlock
    let column: Int = task / partition.rowBlocks * partition.columnBlock
    let rows: Int = smaller(partition.rowBlock, arguments.pointee.m - row)
    let columns: Int = smaller(partition.columnBlock, arguments.pointee.n - column)
    run(arguments, row, column, rows, columns, scratch)
  }

  /// A block of C.
  static func run(
    _ arguments: Arguments, _ row: Int, _ column: Int, _ rows: Int, _ columns: Int,
    _ scratch: UnsafeMutableRawPointer
  ) {
    guard let a = arguments.pointee.a, let b = arguments.pointee.b, let c = arguments.pointee.c
    else { return }
    let offset: Int = MemoryLayout<ReducedGemmArguments>.offset(of: \.epilogue) ?? 0
    let epilogue: UnsafePointer<Epilogue<Float>> = (UnsafeRawPointer(arguments) + offset)
      .assumingMemoryBound(to: Epilogue<Float>.self)
    let finish = GemmFinish<F32Lanes>(
      alpha: arguments.pointee.alpha, beta: arguments.pointee.beta, c: c,
      cRowStride: arguments.pointee.cRowStride,
      epilogue: epilogue, residual: epilogue.pointee.residual,
      residualRowStride: epilogue.pointee.residualRowStride,
      residualColumnStride: epilogue.pointee.residualColumnStride,
      biasIsForRows: epilogue.pointee.biasAxis.rawValue == Epilogue<Float>.BiasAxis.row.rawValue)
    let words: Int = ReducedPack<Lanes>.words(arguments.pointee.k)
    let tile: UnsafeMutablePointer<Float> = scratch.assumingMemoryBound(to: Float.self)
    if arguments.pointee.m == 1 {
      let product = GemmVector<Lanes>(
        x: a, depth: words, matrix: b, laneStride: 1, depthStride: tileColumns)
      product.packed(column, columns, tile)
      if let scaling = ReducedScaling<Lanes>(arguments, a, b, panelRows: 1) {
        scaling.run(tile, 0, column, 1, columns, addsZeros: true)
      }
      finish.run(tile, 0, 0, column, 1, columns)
      return
    }
    ReducedBlock<Lanes>(
      a: a, b: b, words: words, m: arguments.pointee.m, n: arguments.pointee.n, finish: finish,
      scaling: ReducedScaling<Lanes>(arguments, a, b, panelRows: tileRows)
    )
    .run(row, column, rows, columns, tile)
  }
}

/// Turns sums of integers into floats: (sum - zero(row) * sum of column's integers) * scale(row) *
/// scale(column). The zero points count once, with the first block of depth.
struct ReducedScaling<Lanes: ReducedLanes> {
  private let rowScales: UnsafePointer<Float>
  private let zeros: UnsafePointer<Int32>
  private let columnScales: UnsafePointer<Float>
  private let columnSums: UnsafePointer<Float>

  /// nil where sums are floats.
  @inline(__always)
  init?(
    _ arguments: UnsafePointer<ReducedGemmArguments>, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
    panelRows: Int
  ) {
    guard Lanes.isQuantized else { return nil }
    let width: Int = 2 * Lanes.count
    let (m, n, k): (Int, Int, Int) = (arguments.pointee.m, arguments.pointee.n, arguments.pointee.k)
    rowScales = a + ReducedPack<Lanes>.scales(m, k, panelRows)
    zeros = UnsafeRawPointer(rowScales + roundUp(m, panelRows)).assumingMemoryBound(to: Int32.self)
    columnScales = b + ReducedPack<Lanes>.scales(n, k, width)
    columnSums = columnScales + roundUp(n, width)
  }

  /// In place, for rows of `columns` sums, a tile's width apart.
  @inline(never)
  func run(
    _ tile: UnsafeMutablePointer<Float>, _ row: Int, _ column: Int, _ rows: Int, _ columns: Int,
    addsZeros: Bool
  ) {
    for r in 0..<rows {
      let scale: VF32 = splat(rowScales[row + r])
      let zero: VI32 = VI32(repeating: addsZeros ? zeros[row + r] : 0)
      let sums: UnsafeMutablePointer<Float> = tile + r * 2 * Lanes.count
      var done: Int = 0
      while done < columns {
        let shift: VI32 = zero &* bits(F32Lanes.load(columnSums + column + done))
        let value: VF32 = float(bits(F32Lanes.load(sums + done)) &- shift)
        F32Lanes.store(value * (scale * F32Lanes.load(columnScales + column + done)), sums + done)
        done += Lanes.count
      }
    }
  }
}
