internal import CVector

/// Where the rows of a register tile read: row r at the r % 3-th of three rows `pitch` apart, from one of
/// four addresses. So addressed, twelve rows ask for five registers.
struct PitchedRows<Element> {
  var first: UnsafePointer<Element>
  var second: UnsafePointer<Element>
  var third: UnsafePointer<Element>
  var fourth: UnsafePointer<Element>
  let pitch: Int

  @inline(__always) init(_ source: UnsafePointer<Element>, _ pitch: Int, rows: Int) {
    self.pitch = pitch
    first = source
    second = source + (rows > 3 ? 3 : 0) * pitch
    third = source + (rows > 6 ? 6 : 0) * pitch
    fourth = source + (rows > 9 ? 9 : 0) * pitch
  }

  @inline(__always) mutating func advance(_ count: Int) {
    first += count
    second += count
    third += count
    fourth += count
  }

  @inline(__always) func address(_ row: Int) -> UnsafePointer<Element> {
    let base: UnsafePointer<Element> = row < 3 ? first : row < 6 ? second : row < 9 ? third : fourth
    return base + row % 3 * pitch
  }
}

/// The sums of a register tile whose rows of A (or pixels of an image) lie at a pitch, one or two registers of
/// columns (output channels) wide. Tiles of every height are composed of rows, so that all are the same code;
/// inlined, each vector is a register.
protocol PitchedTile {
  associatedtype Lanes: ProductLanes

  static var rows: Int { get }
  /// Registers of columns.
  static var columns: Int { get }
  /// Registers of a row of the panel of weights.
  static var panelColumns: Int { get }
  init(_ left: Lanes.Vector, _ right: Lanes.Vector)
  /// Begins with what is stored.
  init(_ start: UnsafePointer<Lanes.Element>, _ pitch: Int)
  /// Adds the outer product of the rows' elements at `offset` and a row of weights.
  mutating func step(
    _ source: PitchedRows<Lanes.Element>, _ row: Int, _ offset: Int, _ left: Lanes.Vector,
    _ right: Lanes.Vector)
  mutating func add(_ residual: UnsafePointer<Lanes.Element>, _ ending: TileEnding<Lanes>)
  func store(_ out: UnsafeMutablePointer<Lanes.Element>, _ pitch: Int, _ ending: TileEnding<Lanes>)
}

/// One row, two registers of columns.
struct PitchedWideRow<Lanes: ProductLanes>: PitchedTile {
  var left: Lanes.Vector
  var right: Lanes.Vector

  @inline(__always) static var rows: Int { 1 }
  @inline(__always) static var columns: Int { 2 }
  @inline(__always) static var panelColumns: Int { 2 }

  @inline(__always) init(_ left: Lanes.Vector, _ right: Lanes.Vector) {
    self.left = left
    self.right = right
  }

  @inline(__always) init(_ start: UnsafePointer<Lanes.Element>, _ pitch: Int) {
    left = Lanes.load(start)
    right = Lanes.load(start + Lanes.count)
  }

  @inline(__always) mutating func step(
    _ source: PitchedRows<Lanes.Element>, _ row: Int, _ offset: Int, _ left: Lanes.Vector,
    _ right: Lanes.Vector
  ) {
    let factor: Lanes.Vector = Lanes.splat(source.address(row)[offset])
    self.left = Lanes.mulAdd(factor, left, self.left)
    self.right = Lanes.mulAdd(factor, right, self.right)
  }

  @inline(__always) mutating func add(
    _ residual: UnsafePointer<Lanes.Element>, _ ending: TileEnding<Lanes>
  ) {
    left = ending.added(left, residual)
    right = ending.added(right, residual + Lanes.count)
  }

  @inline(__always) func store(
    _ out: UnsafeMutablePointer<Lanes.Element>, _ pitch: Int, _ ending: TileEnding<Lanes>
  ) {
    Lanes.store(ending.clamped(left), out)
    Lanes.store(ending.clamped(right), out + Lanes.count)
  }
}

/// One row, one register of columns.
struct PitchedNarrowRow<Lanes: ProductLanes>: PitchedTile {
  var left: Lanes.Vector

  @inline(__always) static var rows: Int { 1 }
  @inline(__always) static var columns: Int { 1 }
  @inline(__always) static var panelColumns: Int { 1 }

  @inline(__always) init(_ left: Lanes.Vector, _ right: Lanes.Vector) {
    self.left = left
  }

  @inline(__always) init(_ start: UnsafePointer<Lanes.Element>, _ pitch: Int) {
    left = Lanes.load(start)
  }

  @inline(__always) mutating func step(
    _ source: PitchedRows<Lanes.Element>, _ row: Int, _ offset: Int, _ left: Lanes.Vector,
    _ right: Lanes.Vector
  ) {
    self.left = Lanes.mulAdd(Lanes.splat(source.address(row)[offset]), left, self.left)
  }

  @inline(__always) mutating func add(
    _ residual: UnsafePointer<Lanes.Element>, _ ending: TileEnding<Lanes>
  ) {
    left = ending.added(left, residual)
  }

  @inline(__always) func store(
    _ out: UnsafeMutablePointer<Lanes.Element>, _ pitch: Int, _ ending: TileEnding<Lanes>
  ) {
    Lanes.store(ending.clamped(left), out)
  }
}

/// One row of one register of columns, of a panel of two.
struct PitchedHalfRow<Lanes: ProductLanes>: PitchedTile {
  var row: PitchedNarrowRow<Lanes>

  @inline(__always) static var rows: Int { 1 }
  @inline(__always) static var columns: Int { 1 }
  @inline(__always) static var panelColumns: Int { 2 }

  @inline(__always) init(_ left: Lanes.Vector, _ right: Lanes.Vector) { row = PitchedNarrowRow(left, right) }

  @inline(__always) init(_ start: UnsafePointer<Lanes.Element>, _ pitch: Int) {
    row = PitchedNarrowRow(start, pitch)
  }

  @inline(__always) mutating func step(
    _ source: PitchedRows<Lanes.Element>, _ row: Int, _ offset: Int, _ left: Lanes.Vector,
    _ right: Lanes.Vector
  ) {
    self.row.step(source, row, offset, left, right)
  }

  @inline(__always) mutating func add(
    _ residual: UnsafePointer<Lanes.Element>, _ ending: TileEnding<Lanes>
  ) {
    row.add(residual, ending)
  }

  @inline(__always) func store(
    _ out: UnsafeMutablePointer<Lanes.Element>, _ pitch: Int, _ ending: TileEnding<Lanes>
  ) {
    row.store(out, pitch, ending)
  }
}

/// The rows of `First` above those of `Second`.
struct PitchedTilePair<First: PitchedTile, Second: PitchedTile>: PitchedTile
where First.Lanes == Second.Lanes {
  typealias Lanes = First.Lanes

  var first: First
  var second: Second

  @inline(__always) static var rows: Int { First.rows + Second.rows }
  @inline(__always) static var columns: Int { First.columns }
  @inline(__always) static var panelColumns: Int { First.panelColumns }

  @inline(__always) init(_ left: Lanes.Vector, _ right: Lanes.Vector) {
    first = First(left, right)
    second = Second(left, right)
  }

  @inline(__always) init(_ start: UnsafePointer<Lanes.Element>, _ pitch: Int) {
    first = First(start, pitch)
    second = Second(start + First.rows * pitch, pitch)
  }

  @inline(__always) mutating func step(
    _ source: PitchedRows<Lanes.Element>, _ row: Int, _ offset: Int, _ left: Lanes.Vector,
    _ right: Lanes.Vector
  ) {
    first.step(source, row, offset, left, right)
    second.step(source, row + First.rows, offset, left, right)
  }

  @inline(__always) mutating func add(
    _ residual: UnsafePointer<Lanes.Element>, _ ending: TileEnding<Lanes>
  ) {
    first.add(residual, ending)
    second.add(residual + First.rows * ending.residualPitch, ending)
  }

  @inline(__always) func store(
    _ out: UnsafeMutablePointer<Lanes.Element>, _ pitch: Int, _ ending: TileEnding<Lanes>
  ) {
    first.store(out, pitch, ending)
    second.store(out + First.rows * pitch, pitch, ending)
  }
}

/// The operands of a register tile. A row's elements lie in segments of `depth` adjacent ones.
struct PitchedTileOperands<Element> {
  var depth: Int
  /// Where segments begin, counted from the row, and how many there are.
  var segments: UnsafePointer<Int>
  var segmentCount: Int = 1
  /// The first row, and the distance to the next.
  var source: UnsafePointer<Element>
  var pitch: Int
  /// A panel of weights: rows of one or two registers.
  var weights: UnsafePointer<Element>
  /// Where the ending says that sums are continued.
  var start: UnsafePointer<Element>
  var startPitch: Int
  var out: UnsafeMutablePointer<Element>
  var outPitch: Int
  /// Weights that will be wanted next, and how far each four steps of depth move on there.
  var ahead: UnsafePointer<Element>
  var aheadStep: Int

  /// The step by which `tiles` tiles that share a panel `width` wide ask for all of the next.
  @inline(__always) static func aheadStep(_ tiles: Int, _ width: Int) -> Int {
    let line: Int = 64 / MemoryLayout<Element>.stride
    return smaller(4 * line, roundUp(ceilDivide(4 * width, larger(1, tiles)), line))
  }
}

/// The micro-kernel: all rows and registers of the tile are stored.
@inline(never)
func multiplyPitched<Tile: PitchedTile>(
  _ type: Tile.Type, _ operands: UnsafePointer<PitchedTileOperands<Tile.Lanes.Element>>,
  _ ending: UnsafePointer<TileEnding<Tile.Lanes>>
) {
  var tile: Tile
  if ending.pointee.continues {
    tile = Tile(operands.pointee.start, operands.pointee.startPitch)
  } else {
    tile = Tile(ending.pointee.left, ending.pointee.right)
  }
  var weights: UnsafePointer<Tile.Lanes.Element> = operands.pointee.weights
  var ahead: UnsafePointer<Tile.Lanes.Element> = operands.pointee.ahead
  let aheadStep: Int = operands.pointee.aheadStep
  let row: Int = Tile.panelColumns * Tile.Lanes.count
  var segment: Int = 0
  while segment < operands.pointee.segmentCount {
    var source = PitchedRows<Tile.Lanes.Element>(
      operands.pointee.source + operands.pointee.segments[segment], operands.pointee.pitch, rows: Tile.rows)
    var remaining: Int = operands.pointee.depth
    while remaining >= 4 {
      for i in 0..<4 {
        let left: Tile.Lanes.Vector = Tile.Lanes.load(weights + i * row)
        let right: Tile.Lanes.Vector =
          Tile.columns == 2 ? Tile.Lanes.load(weights + (i * row + Tile.Lanes.count)) : left
        tile.step(source, 0, i, left, right)
      }
      let line: Int = 64 / MemoryLayout<Tile.Lanes.Element>.stride
      ngraph_prefetch_far(ahead)
      ngraph_prefetch_far(ahead + line)
      ngraph_prefetch_far(ahead + 2 * line)
      ngraph_prefetch_far(ahead + 3 * line)
      ahead += aheadStep
      source.advance(4)
      weights += 4 * row
      remaining -= 4
    }
    while remaining > 0 {
      let left: Tile.Lanes.Vector = Tile.Lanes.load(weights)
      let right: Tile.Lanes.Vector =
        Tile.columns == 2 ? Tile.Lanes.load(weights + Tile.Lanes.count) : left
      tile.step(source, 0, 0, left, right)
      source.advance(1)
      weights += row
      remaining -= 1
    }
    segment += 1
  }
  if let residual = ending.pointee.residual { tile.add(residual, ending.pointee) }
  tile.store(operands.pointee.out, operands.pointee.outPitch, ending.pointee)
}
