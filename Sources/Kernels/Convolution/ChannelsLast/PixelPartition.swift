/// How a product of `rows` pixels, `columns` outputs and depth `depth` is divided: blocks of rows whose
/// pixels stay in the second-level cache, blocks of depth, and ranges of panels. A task is one block of rows
/// and one range of panels; a function of the sizes alone.
struct PixelPartition {
  var rows: Int
  var panels: Int
  var depth: Int
  var rowBlock: Int
  var rowBlocks: Int
  var panelBlock: Int
  var panelBlocks: Int
  var depthBlock: Int

  var count: Int { rowBlocks * panelBlocks }

  /// Elements of a block of pixels, and of weights that several tasks may read from the second-level cache.
  private static var blockElements: Int { 64 * 1024 }
  private static var sharedWeights: Int { 128 * 1024 }
  private static var wholeDepth: Int { 1024 }
  private static var partDepth: Int { 512 }
  /// Multiplications that are worth a task, and tasks that are wanted where there is work.
  private static var taskWork: Int { 1 << 20 }
  private static var wantedTasks: Int { 16 }

  /// Panels that share what a task has copied.
  private static var copySharers: Int { 4 }

  /// `products` such products are divided alike, so that fewer tasks are wanted of each. A task that `copies`
  /// its pixels does so again for each range of panels, which are therefore kept wide.
  init(rows: Int, columns: Int, depth: Int, panelColumns: Int, tileRows: Int, products: Int, copies: Bool) {
    self.rows = rows
    self.depth = depth
    panels = ceilDivide(columns, panelColumns)
    depthBlock = depth
    if depth > Self.wholeDepth {
      depthBlock = roundUp(ceilDivide(depth, ceilDivide(depth, Self.partDepth)), 4)
    }
    let most: Int = larger(4 * tileRows, Self.blockElements / larger(1, depthBlock))
    var rowParts: Int = larger(1, ceilDivide(rows, most))
    var panelParts: Int = 1
    let work: Int = products * rows * columns * larger(1, depth)
    let wanted: Int = smaller(Self.wantedTasks, work / Self.taskWork)
    while products * rowParts * panelParts < wanted {
      let height: Int = rows / rowParts
      let width: Int = panels / panelParts
      let sharesWeights: Bool = width * panelColumns * depth <= Self.sharedWeights
      if height >= 6 * tileRows && sharesWeights {
        rowParts *= 2
      } else if copies && height >= 4 * tileRows && panels * panelColumns * depth <= 4 * Self.sharedWeights {
        rowParts *= 2
      } else if width >= (copies ? 2 * Self.copySharers : 2) {
        panelParts *= 2
      } else if height >= 2 * tileRows && !copies {
        rowParts *= 2
      } else {
        break
      }
    }
    // Tasks of equal work: rows are counted in tiles only where there are many.
    rowBlock = larger(1, ceilDivide(rows, rowParts))
    if rowBlock > 8 * tileRows { rowBlock = roundUp(rowBlock, tileRows) }
    rowBlocks = larger(1, ceilDivide(rows, rowBlock))
    panelBlock = larger(1, ceilDivide(panels, panelParts))
    panelBlocks = larger(1, ceilDivide(panels, panelBlock))
  }
}
