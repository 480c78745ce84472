internal import CVector
internal import KernelInterface

/// The GEMM engine: C = epilogue(alpha * A B + beta * C), in the blocked form of Goto and van de Geijn
/// (Anatomy of High-Performance Matrix Multiplication, 2008). A task computes one block of C: for each block
/// of depth it packs its rows of A, then for each panel of B (packed on the way if it was not) runs the
/// micro-kernel over the panels of A. Sums of several blocks of depth meet in C, in order of depth.
/// Where the elements of a row of A are adjacent, it packs none (`GemmRows`). One row of A or one column of B
/// is left to `GemmVector`.
struct Gemm<Lanes: ProductLanes> {
  typealias Element = Lanes.Element
  typealias Arguments = UnsafePointer<GemmArguments<Element>>

  @inline(__always) static var tileRows: Int { GemmBlocking.rows }
  @inline(__always) static var tileColumns: Int { 2 * Lanes.count }

  /// How the vector forms see the problem.
  enum Form {
    case matrix
    case rowVector
    case columnVector
  }

  @inline(__always) static func form(_ arguments: Arguments) -> Form {
    if arguments.pointee.m == 1 && arguments.pointee.packedA == nil {
      let isAdjacent: Bool = arguments.pointee.bColumnStride == 1 || arguments.pointee.bRowStride == 1
      return isAdjacent || arguments.pointee.packedB != nil ? .rowVector : .matrix
    }
    if arguments.pointee.n == 1 && arguments.pointee.packedA == nil && arguments.pointee.packedB == nil {
      let isAdjacent: Bool = arguments.pointee.aColumnStride == 1 || arguments.pointee.aRowStride == 1
      return isAdjacent ? .columnVector : .matrix
    }
    return .matrix
  }

  /// Whether the rows of A are read where they lie: their elements are adjacent, and B is packed, or worth
  /// packing on the way.
  @inline(__always) static func readsRows(_ arguments: Arguments) -> Bool {
    arguments.pointee.packedA == nil && arguments.pointee.a != nil && arguments.pointee.aColumnStride == 1
      && (arguments.pointee.packedB != nil || arguments.pointee.m > 2 * tileRows)
  }

  @inline(__always) static func partition(_ arguments: Arguments) -> GemmPartition {
    let form: Form = form(arguments)
    if form != .matrix {
      let lanesAreRows: Bool = form == .columnVector
      return GemmPartition(
        lanes: lanesAreRows ? arguments.pointee.m : arguments.pointee.n, depth: arguments.pointee.k,
        granule: tileColumns, elementBytes: MemoryLayout<Element>.stride, lanesAreRows: lanesAreRows)
    }
    if readsRows(arguments) && arguments.pointee.packedB != nil {
      let depth: Int = GemmBlocking.rowsDepth(arguments.pointee.k, elementBytes: MemoryLayout<Element>.stride)
      return GemmPartition(
        rowsInPlace: arguments.pointee.m, n: arguments.pointee.n, k: arguments.pointee.k,
        copies: larger(1, arguments.pointee.batch), tileColumns: tileColumns, blockDepth: depth)
    }
    return GemmPartition(
      m: arguments.pointee.m, n: arguments.pointee.n, k: arguments.pointee.k,
      copies: larger(1, arguments.pointee.batch), tileColumns: tileColumns,
      packsB: arguments.pointee.packedB == nil)
  }

  static func taskCount(_ arguments: Arguments) -> Int {
    guard arguments.pointee.m > 0 && arguments.pointee.n > 0 else { return 0 }
    return arguments.pointee.batch * partition(arguments).count
  }

  static func scratchBytes(_ arguments: Arguments) -> Int {
    let partition: GemmPartition = partition(arguments)
    var elements: Int = tileRows * tileColumns
    if form(arguments) == .matrix && readsRows(arguments) {
      let depth: Int = GemmBlocking.rowsDepth(arguments.pointee.k, elementBytes: MemoryLayout<Element>.stride)
      elements += arguments.pointee.packedB == nil ? depth * tileColumns : 0
    } else if form(arguments) == .matrix {
      let depth: Int = GemmBlocking.blockDepth(arguments.pointee.k)
      elements += depth * tileColumns + depth * partition.rowBlock
    } else {
      elements += roundUp(arguments.pointee.k, 16) + larger(partition.rowBlock, partition.columnBlock)
    }
    return elements * MemoryLayout<Element>.stride + 64
  }

  static func run(_ arguments: Arguments, _ task: Int, _ scratch: UnsafeMutableRawPointer) {
    let partition: GemmPartition = partition(arguments)
    let batch: Int = task / partition.count
    let block: Int = task % partition.count
    let row: Int = block % partition.rowBlocks * partition.rowBlock
    let column: Int = block / partition.rowBlocks * partition.columnBlock
    let rows: Int = smaller(partition.rowBlock, arguments.pointee.m - row)
    let columns: Int = smaller(partition.columnBlock, arguments.pointee.n - column)

    var aOffset: Int = batch * arguments.pointee.aBatchStride
    var bOffset: Int = batch * arguments.pointee.bBatchStride
    var cOffset: Int = batch * arguments.pointee.cBatchStride
    if let offsets = arguments.pointee.batchOffsets {
      aOffset = offsets[3 * batch]
      bOffset = offsets[3 * batch + 1]
      cOffset = offsets[3 * batch + 2]
    }
    guard let c = arguments.pointee.c else { return }
    let epilogue = withEpilogue(arguments)
    var residual: UnsafePointer<Element>? = nil
    if let base = epilogue.pointee.residual {
      residual = base + batch * epilogue.pointee.residualBatchStride
    }
    let finish = GemmFinish<Lanes>(
      alpha: arguments.pointee.alpha, beta: arguments.pointee.beta, c: c + cOffset,
      cRowStride: arguments.pointee.cRowStride, epilogue: epilogue, residual: residual,
      residualRowStride: epilogue.pointee.residualRowStride,
      residualColumnStride: epilogue.pointee.residualColumnStride,
      biasIsForRows: epilogue.pointee.biasAxis.rawValue == Epilogue<Element>.BiasAxis.row.rawValue)
    let buffer: UnsafeMutablePointer<Element> = scratch.assumingMemoryBound(to: Element.self)
    switch form(arguments) {
    case .matrix:
      let task = GemmBlock<Lanes>(arguments: arguments, aOffset: aOffset, bOffset: bOffset, finish: finish)
      if readsRows(arguments) {
        task.runRows(row, column, rows, columns, buffer)
      } else {
        task.run(row, column, rows, columns, buffer)
      }
    case .rowVector:
      runRow(arguments, aOffset, bOffset, finish, column, columns, buffer)
    case .columnVector:
      runColumn(arguments, aOffset, bOffset, finish, row, rows, buffer)
    }
  }

  /// The address of the epilogue inside the arguments.
  @inline(__always)
  private static func withEpilogue(_ arguments: Arguments) -> UnsafePointer<Epilogue<Element>> {
    let offset: Int = MemoryLayout<GemmArguments<Element>>.offset(of: \.epilogue) ?? 0
    return (UnsafeRawPointer(arguments) + offset).assumingMemoryBound(to: Epilogue<Element>.self)
  }

  private static func runRow(
    _ arguments: Arguments, _ aOffset: Int, _ bOffset: Int, _ finish: GemmFinish<Lanes>, _ column: Int,
    _ columns: Int, _ buffer: UnsafeMutablePointer<Element>
  ) {
    guard let a = arguments.pointee.a, let matrix = arguments.pointee.packedB ?? arguments.pointee.b
    else { return }
    let x = adjacent(a + aOffset, arguments.pointee.aColumnStride, arguments.pointee.k, buffer)
    let y: UnsafeMutablePointer<Element> = buffer + roundUp(arguments.pointee.k, 16)
    if finish.beta != 0 {
      // What C holds is asked for before the matrix is read, since it may be as far.
      for i in 0..<ceilDivide(columns, Lanes.count) { ngraph_prefetch(finish.c + column + i * Lanes.count) }
    }
    let product = GemmVector<Lanes>(
      x: x, depth: arguments.pointee.k, matrix: matrix + bOffset, laneStride: arguments.pointee.bColumnStride,
      depthStride: arguments.pointee.bRowStride)
    if arguments.pointee.packedB != nil {
      product.packed(column, columns, y)
    } else if arguments.pointee.bColumnStride == 1 {
      product.adjacentLanes(column, columns, y)
    } else {
      product.adjacentDepth(column, columns, y)
    }
    finish.run(y, 0, 0, column, 1, columns)
  }

  private static func runColumn(
    _ arguments: Arguments, _ aOffset: Int, _ bOffset: Int, _ finish: GemmFinish<Lanes>, _ row: Int,
    _ rows: Int, _ buffer: UnsafeMutablePointer<Element>
  ) {
    guard let a = arguments.pointee.a, let b = arguments.pointee.b else { return }
    let x = adjacent(b + bOffset, arguments.pointee.bRowStride, arguments.pointee.k, buffer)
    let y: UnsafeMutablePointer<Element> = buffer + roundUp(arguments.pointee.k, 16)
    let product = GemmVector<Lanes>(
      x: x, depth: arguments.pointee.k, matrix: a + aOffset, laneStride: arguments.pointee.aRowStride,
      depthStride: arguments.pointee.aColumnStride)
    if arguments.pointee.aColumnStride == 1 {
      product.adjacentDepth(row, rows, y)
    } else {
      product.adjacentLanes(row, rows, y)
    }
    finish.run(y, 1, row, 0, rows, 1)
  }

  /// `source` itself if it is adjacent, else a copy in `buffer`.
  @inline(__always)
  private static func adjacent(
    _ source: UnsafePointer<Element>, _ stride: Int, _ count: Int, _ buffer: UnsafeMutablePointer<Element>
  ) -> UnsafePointer<Element> {
    guard stride != 1 else { return source }
    for i in 0..<count { buffer[i] = source[i * stride] }
    return UnsafePointer(buffer)
  }
}
