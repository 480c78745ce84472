internal import Graphs
internal import Tensors

/// How up to seven operands of an elementwise operator are walked together: the axes that all operands
/// cross alike are merged, the innermost two that remain are a tile for a kernel, and the others are
/// blocks around it.
///
/// Strides are in elements, 0 where an operand is broadcast along an axis. Lanes 0 to 6 of `Offsets`
/// belong to the operands, lane 7 to the output, which is dense. The work is divided into tasks of about
/// `grain` elements: whole rows, or parts of a row where rows are long. The division follows from the
/// shapes alone.
struct BroadcastPlan: Sendable {
  typealias Offsets = SIMD8<Int>
  static let output: Int = 7

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
  /// `strides` are for operands that are not dense.
  init(output: Shape, operands: [Shape], strides: [[Int]]? = nil, grain: Int = 1 << 15) {
    let axes = Self.merged(0..<output.rank, of: output, operands, strides ?? operands.map(\.strides))
    self.init(axes, grain: grain, cutsRows: true)
  }

  /// A plan whose tiles have rows that are the axes of `output` from `axis` on, all of them and no others;
  /// nil where an operand, of the given strides, crosses a part of these axes only.
  init?(output: Shape, operands: [Shape], strides: [[Int]], rowsFrom axis: Int, grain: Int) {
    var axes = Self.merged(0..<axis, of: output, operands, strides)
    let row = Self.merged(axis..<output.rank, of: output, operands, strides)
    guard row.extents.count <= 1 else { return nil }
    var single = Offsets(repeating: 0)
    single[Self.output] = 1
    axes.extents.append(row.extents.first ?? 1)
    axes.strides.append(row.strides.first ?? single)
    self.init(axes, grain: grain, cutsRows: false)
  }

  private typealias Axes = (extents: [Int], strides: [Offsets])

  private init(_ axes: Axes, grain: Int, cutsRows: Bool) {
    var (extents, strides): Axes = axes
    var single = Offsets(repeating: 0)
    single[Self.output] = 1
    columns = extents.popLast() ?? 1
    steps = strides.popLast() ?? single
    rows = extents.popLast() ?? 1
    rowStrides = strides.popLast() ?? single &* columns
    outer = extents
    outerStrides = strides
    rowCount = extents.reduce(rows, &*)
    if columns > grain, cutsRows {
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

  /// The axes in `range` of more than one index, those merged that all operands cross alike.
  private static func merged(_ range: Range<Int>, of output: Shape, _ operands: [Shape], _ own: [[Int]])
    -> Axes
  {
    var extents: [Int] = []
    var strides: [Offsets] = []
    let dense: [Int] = output.strides
    for axis in range where output[axis] != 1 {
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
    return (extents, strides)
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
        let start: Offsets = first == 0 ? base(of: block) : base(of: block) &+ rowStrides &* first
        body(start, count, columns, worker)
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
