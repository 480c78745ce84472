/// The sizes that divide a product into tiles, blocks and tasks. A register tile is `rows` x two vectors: it
/// fills the register file but for the two vectors of B and one broadcast element of A. A panel of B, `depth`
/// deep, stays in the first-level cache; a block of A, `taskRows` x `depth`, in the second.
enum GemmBlocking {
  #if KERNELS_AVX512
    static var rows: Int { 12 }
    static var depth: Int { 256 }
    static var productDepth: Int { 512 }
    static var taskRows: Int { 240 }
  #elseif KERNELS_AVX2
    static var rows: Int { 6 }
    static var depth: Int { 256 }
    static var productDepth: Int { 256 }
    static var taskRows: Int { 240 }
  #elseif arch(arm64)
    static var rows: Int { 8 }
    static var depth: Int { 256 }
    static var productDepth: Int { 256 }
    static var taskRows: Int { 240 }
  #else
    static var rows: Int { 4 }
    static var depth: Int { 256 }
    static var productDepth: Int { 256 }
    static var taskRows: Int { 240 }
  #endif
  /// The depth of the blocks of a matrix product that is `k` deep: about the same for all of them. They may
  /// be deeper than those of a convolution, because panels of B were packed before and are asked for early.
  @inline(__always) static func blockDepth(_ k: Int) -> Int {
    let blocks: Int = larger(1, ceilDivide(k, productDepth))
    return smaller(k, roundUp(ceilDivide(k, blocks), 4))
  }
  /// The same where rows of A are read where they lie, by bytes: `rows` of them and what follows them stay
  /// in the first-level cache, panels of B come from the second.
  @inline(__always) static func rowsDepth(_ k: Int, elementBytes: Int) -> Int {
    let most: Int = rowsDepthBytes / elementBytes
    return smaller(k, roundUp(ceilDivide(k, larger(1, ceilDivide(k, most))), 4))
  }
  static var rowsDepthBytes: Int { 4096 }
  /// The most rows of such a task, and the fewest that rows are divided into for the sake of more tasks.
  static var taskRowsInPlace: Int { 128 }
  static var fewestRowsInPlace: Int { 4 * rows }
  /// Such tasks prepare nothing, so that there may be many.
  static var wantedTasksInPlace: Int { 64 }
  static var taskColumns: Int { 1024 }
  /// Rows that are divided between two tasks although both pack the same part of B.
  static var packingSplitRows: Int { 160 }
  /// Multiplications that are worth a task of their own.
  static var taskWork: Int { 1 << 19 }
  /// Bytes of a matrix that is multiplied by a vector and read once: worth a task of their own.
  static var vectorTaskBytes: Int { 1 << 18 }
  /// Tasks that a product is divided into, where its size allows; more only where blocks are full.
  static var wantedTasks: Int { 16 }
}

@inline(__always) func ceilDivide(_ value: Int, _ divisor: Int) -> Int { (value + divisor - 1) / divisor }
@inline(__always) func roundUp(_ value: Int, _ multiple: Int) -> Int {
  ceilDivide(value, multiple) * multiple
}
@inline(__always) func smaller(_ left: Int, _ right: Int) -> Int { left < right ? left : right }
@inline(__always) func larger(_ left: Int, _ right: Int) -> Int { left > right ? left : right }

/// How one product [m, n] of depth k is divided into blocks, one for each task: a function of the problem.
struct GemmPartition {
  var rowBlock: Int
  var columnBlock: Int
  var rowBlocks: Int
  var columnBlocks: Int

  var count: Int { rowBlocks * columnBlocks }

  /// `tileColumns` is the width of a tile; `copies` is how many such products there are, each with its own
  /// tasks, so that fewer are wanted of each. A task that `packsB` does so again for each block of rows,
  /// which are therefore kept high.
  init(m: Int, n: Int, k: Int, copies: Int, tileColumns: Int, packsB: Bool) {
    let tileRows: Int = GemmBlocking.rows
    var rowBlocks: Int = larger(1, ceilDivide(m, GemmBlocking.taskRows))
    var columnBlocks: Int = larger(1, ceilDivide(n, GemmBlocking.taskColumns))
    let splitRows: Int = packsB ? GemmBlocking.packingSplitRows : 4 * tileRows
    let work: Int = copies * m * n * larger(k, 1)
    let wanted: Int = smaller(GemmBlocking.wantedTasks, work / GemmBlocking.taskWork)
    while copies * rowBlocks * columnBlocks < wanted {
      let width: Int = ceilDivide(n, columnBlocks)
      let height: Int = ceilDivide(m, rowBlocks)
      if width >= 4 * tileColumns && width >= height {
        columnBlocks *= 2
      } else if height >= splitRows {
        rowBlocks *= 2
      } else if width >= 2 * tileColumns {
        columnBlocks *= 2
      } else {
        break
      }
    }
    rowBlock = larger(tileRows, roundUp(ceilDivide(m, rowBlocks), tileRows))
    columnBlock = larger(tileColumns, roundUp(ceilDivide(n, columnBlocks), tileColumns))
    self.rowBlocks = larger(1, ceilDivide(m, rowBlock))
    self.columnBlocks = larger(1, ceilDivide(n, columnBlock))
  }
}

extension GemmPartition {
  /// How a product is divided that reads rows of A where they lie and panels of B that are packed. A task has
  /// at least as many panels as there are blocks of depth, so that it reads its rows again from a near cache.
  init(rowsInPlace m: Int, n: Int, k: Int, copies: Int, tileColumns: Int, blockDepth: Int) {
    let panels: Int = larger(1, ceilDivide(n, tileColumns))
    let taskPanels: Int = larger(1, ceilDivide(k, larger(1, blockDepth)))
    let work: Int = copies * m * n * larger(k, 1)
    let wanted: Int = smaller(GemmBlocking.wantedTasksInPlace, work / GemmBlocking.taskWork)
    var rowParts: Int = larger(1, ceilDivide(m, GemmBlocking.taskRowsInPlace))
    let columnParts: Int = larger(
      1, smaller(ceilDivide(panels, taskPanels), ceilDivide(wanted, copies * rowParts)))
    let missing: Int = ceilDivide(wanted, copies * rowParts * columnParts)
    if missing > 1 {
      rowParts = smaller(rowParts * missing, larger(rowParts, m / GemmBlocking.fewestRowsInPlace))
    }
    rowBlock = larger(1, ceilDivide(m, rowParts))
    columnBlock = ceilDivide(panels, columnParts) * tileColumns
    rowBlocks = larger(1, ceilDivide(m, rowBlock))
    columnBlocks = larger(1, ceilDivide(n, columnBlock))
  }

  /// How a product of a vector and a matrix [lanes, depth] is divided: by the bytes of the matrix, in blocks
  /// of `granule` lanes, at least two of them, which are read side by side. Lanes are columns of C, or with
  /// `lanesAreRows` rows.
  init(lanes: Int, depth: Int, granule: Int, elementBytes: Int, lanesAreRows: Bool) {
    let laneBytes: Int = larger(depth, 1) * elementBytes
    var block: Int = roundUp(larger(lanes, 1), granule)
    if lanes * laneBytes >= 2 * GemmBlocking.vectorTaskBytes {
      block = smaller(block, roundUp(larger(GemmBlocking.vectorTaskBytes / laneBytes, granule + 1), granule))
    }
    let blocks: Int = larger(1, ceilDivide(lanes, block))
    rowBlock = lanesAreRows ? block : 1
    columnBlock = lanesAreRows ? 1 : block
    rowBlocks = lanesAreRows ? blocks : 1
    columnBlocks = lanesAreRows ? 1 : blocks
  }
}
