internal import Graphs
internal import Tensors

/// How up to three operands of an elementwise operator are walked together: the axes that all operands
/// cross alike are merged, the innermost two that remain are a tile for a kernel, and the others are
/// blocks around it.
///
/// Strides are in elements, 0 where an operand is broadcast along an axis. Lanes 0 to 2 of `Offsets`
/// belong to the operands, lane 3 to the output, which is dense. The work is divided into tasks of about
/// `grain` elements: whole rows, or parts of a row where rows are long. The division follows from the
/// shapes alone.
struct BroadcastPlan: Sendable {
  typealias Offsets = SIMD4<Int>
  static let output: Int = 3

  /// The extents of the tile.
  let rows: Int
  let columns: Int
  /// The distance of one row, and of one column, in each tensor.
  let rowStrides: Offsets
  let steps: Offsets
  /// The axes around the tile, outermost first.
  let outer: [Int]
  let outerStrides: [Offsets]
  let taskCount: Int
  private let rowsPerTask: Int
  private let columnsPerTask: Int
  private let partsPerRow: Int
  private let rowCount: Int

  /// A plan for `operands` that broadcast to `output`; a task has about `grain` elements.
  init(output: Shape, operands: [Shape], grain: Int = 1 << 15) {
    var extents: [Int] = []
    var strides: [Offsets] = []
    let dense: [Int] = output.strides
    let own: [[Int]] = operands.map(\.strides)
    for axis in 0..<output.rank where output[axis] != 1 {
      var step = Offsets(repeating: 0)
      step[Self.output] = dense[axis]
      for (index, operand) in operands.enumerated() {
        let position: Int = axis - (output.rank - operand.rank)
        if position >= 0, operand[position] != 1 { step[index] = own[index][position] }
      }
      if let last = strides.last, last == step &* output[axis] {
        extents[extents.count - 1] *= output[axis]
        strides[strides.count - 1] = step
      } else {
        extents.append(output[axis])
        strides.append(step)
      }
    }
    columns = extents.popLast() ?? 1
    steps = strides.popLast() ?? Offsets(0, 0, 0, 1)
    rows = extents.popLast() ?? 1
    rowStrides = strides.popLast() ?? Offsets(0, 0, 0, columns)
    outer = extents
    outerStrides = strides
    rowCount = extents.reduce(rows, &*)
    if columns > grain {
      partsPerRow = (columns + grain - 1) / grain
      columnsPerTask = grain
      rowsPerTask = 1
      taskCount = rowCount * partsPerRow
    } else {
      partsPerRow = 1
      columnsPerTask = columns
      rowsPerTask = max(grain / max(columns, 1), 1)
      taskCount = columns == 0 ? 0 : (rowCount + rowsPerTask - 1) / rowsPerTask
    }
  }

  /// Calls `body` for the tiles that make up the output: the offsets of a tile's first elements, its rows
  /// and columns, and the worker.
  @inline(__always)
  func forTiles(
    _ run: RunContext, _ body: (_ offsets: Offsets, _ rows: Int, _ columns: Int, _ worker: Int) -> Void
  ) {
    run.parallel(taskCount) { task, worker in
      if partsPerRow > 1 {
        let row: Int = task / partsPerRow
        let start: Int = (task &- row &* partsPerRow) &* columnsPerTask
        let block: Int = row / rows
        let offsets: Offsets = base(of: block) &+ rowStrides &* (row &- block &* rows) &+ steps &* start
        body(offsets, 1, min(columnsPerTask, columns &- start), worker)
        return
      }
      var row: Int = task &* rowsPerTask
      let end: Int = min(row &+ rowsPerTask, rowCount)
      while row < end {
        let block: Int = row / rows
        let first: Int = row &- block &* rows
        let count: Int = min(rows &- first, end &- row)
        body(base(of: block) &+ rowStrides &* first, count, columns, worker)
        row &+= count
      }
    }
  }

  /// Calls `body` with the offsets of every element, in the output's order. For operands that no kernel
  /// knows.
  func forElements(_ body: (_ offsets: Offsets) -> Void) {
    guard columns > 0 else { return }
    for row in 0..<rowCount {
      let block: Int = row / rows
      let start: Offsets = base(of: block) &+ rowStrides &* (row &- block &* rows)
      for column in 0..<columns { body(start &+ steps &* column) }
    }
  }

  /// The offsets of block number `block`.
  @inline(__always)
  private func base(of block: Int) -> Offsets {
    var offsets = Offsets(repeating: 0)
    var rest: Int = block
    var axis: Int = outer.count &- 1
    while axis >= 0 {
      let quotient: Int = rest / outer[axis]
      offsets = offsets &+ outerStrides[axis] &* (rest &- quotient &* outer[axis])
      rest = quotient
      axis &-= 1
    }
    return offsets
  }
}
