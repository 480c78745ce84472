internal import CVector

/// The accumulators of a register tile over packed panels of A: some rows of two vectors (or one). Composed of
/// single rows by `TilePair`, so that every height is the same code; after inlining each vector is a register.
/// `PitchedTile` is for rows that are not packed.
protocol TileRows {
  associatedtype Lanes: FloatLanes

  static var rows: Int { get }
  init()
  /// Adds the outer product of `rows` elements at `a` with the row of B in `left` and `right`.
  mutating func step(
    _ a: UnsafePointer<Lanes.Element>, _ left: Lanes.Vector, _ right: Lanes.Vector)
  /// Adds other accumulators.
  mutating func add(_ other: Self)
  /// Adds `left` and `right` to every row.
  mutating func add(_ left: Lanes.Vector, _ right: Lanes.Vector)
  func store(_ out: UnsafeMutablePointer<Lanes.Element>, _ stride: Int)
  func accumulate(_ out: UnsafeMutablePointer<Lanes.Element>, _ stride: Int)
}

/// One row of two vectors.
struct WideRow<Lanes: FloatLanes>: TileRows {
  var left: Lanes.Vector
  var right: Lanes.Vector

  @inline(__always) static var rows: Int { 1 }

  @inline(__always) init() {
    left = Lanes.zero
    right = Lanes.zero
  }

  @inline(__always) mutating func step(
    _ a: UnsafePointer<Lanes.Element>, _ left: Lanes.Vector, _ right: Lanes.Vector
  ) {
    let factor: Lanes.Vector = Lanes.splat(a.pointee)
    self.left = Lanes.mulAdd(factor, left, self.left)
    self.right = Lanes.mulAdd(factor, right, self.right)
  }

  @inline(__always) mutating func add(_ other: WideRow<Lanes>) {
    left = Lanes.add(left, other.left)
    right = Lanes.add(right, other.right)
  }

  @inline(__always) mutating func add(_ left: Lanes.Vector, _ right: Lanes.Vector) {
    self.left = Lanes.add(self.left, left)
    self.right = Lanes.add(self.right, right)
  }

  @inline(__always) func store(_ out: UnsafeMutablePointer<Lanes.Element>, _ stride: Int) {
    Lanes.store(left, out)
    Lanes.store(right, out + Lanes.count)
  }

  @inline(__always) func accumulate(_ out: UnsafeMutablePointer<Lanes.Element>, _ stride: Int) {
    Lanes.store(Lanes.add(Lanes.load(out), left), out)
    Lanes.store(Lanes.add(Lanes.load(out + Lanes.count), right), out + Lanes.count)
  }
}

/// One row of one vector, for the last columns.
struct NarrowRow<Lanes: FloatLanes>: TileRows {
  var left: Lanes.Vector

  @inline(__always) static var rows: Int { 1 }

  @inline(__always) init() {
    left = Lanes.zero
  }

  @inline(__always) mutating func step(
    _ a: UnsafePointer<Lanes.Element>, _ left: Lanes.Vector, _ right: Lanes.Vector
  ) {
    self.left = Lanes.mulAdd(Lanes.splat(a.pointee), left, self.left)
  }

  @inline(__always) mutating func add(_ other: NarrowRow<Lanes>) { left = Lanes.add(left, other.left) }

  @inline(__always) mutating func add(_ left: Lanes.Vector, _ right: Lanes.Vector) {
    self.left = Lanes.add(self.left, left)
  }

  @inline(__always) func store(_ out: UnsafeMutablePointer<Lanes.Element>, _ stride: Int) {
    Lanes.store(left, out)
  }

  @inline(__always) func accumulate(_ out: UnsafeMutablePointer<Lanes.Element>, _ stride: Int) {
    Lanes.store(Lanes.add(Lanes.load(out), left), out)
  }
}

/// The rows of `First` above those of `Second`.
struct TilePair<First: TileRows, Second: TileRows>: TileRows where First.Lanes == Second.Lanes {
  typealias Lanes = First.Lanes

  var first: First
  var second: Second

  @inline(__always) static var rows: Int { First.rows + Second.rows }

  @inline(__always) init() {
    first = First()
    second = Second()
  }

  @inline(__always) mutating func step(
    _ a: UnsafePointer<Lanes.Element>, _ left: Lanes.Vector, _ right: Lanes.Vector
  ) {
    first.step(a, left, right)
    second.step(a + First.rows, left, right)
  }

  @inline(__always) mutating func add(_ other: TilePair<First, Second>) {
    first.add(other.first)
    second.add(other.second)
  }

  @inline(__always) mutating func add(_ left: Lanes.Vector, _ right: Lanes.Vector) {
    first.add(left, right)
    second.add(left, right)
  }

  @inline(__always) func store(_ out: UnsafeMutablePointer<Lanes.Element>, _ stride: Int) {
    first.store(out, stride)
    second.store(out + First.rows * stride, stride)
  }

  @inline(__always) func accumulate(_ out: UnsafeMutablePointer<Lanes.Element>, _ stride: Int) {
    first.accumulate(out, stride)
    second.accumulate(out + First.rows * stride, stride)
  }
}

/// Lines of memory to ask for before they are needed.
struct Ahead {
  var line: UnsafeRawPointer
  /// Bytes from one line to the next; 0 where there is nothing to ask for.
  var stride: Int
}

/// The micro-kernel: `out (+)= A B` for one tile, A a panel (`GemmBlocking.rows` wide), B rows at
/// `bStride`; `bias`, where there is one, is a row that is added to every row of the tile, which is then two
/// vectors wide. With each step of depth it asks for one line of what is needed next, from `ahead` on.
@inline(never)
func multiplyTile<Tile: TileRows>(
  _ tile: Tile.Type, _ depth: Int, _ a: UnsafePointer<Tile.Lanes.Element>,
  _ b: UnsafePointer<Tile.Lanes.Element>, _ bStride: Int, _ ahead: Ahead,
  _ out: UnsafeMutablePointer<Tile.Lanes.Element>, _ outStride: Int, _ accumulates: Bool,
  _ bias: UnsafePointer<Tile.Lanes.Element>?
) {
  var rows: Tile = Tile()
  var a: UnsafePointer<Tile.Lanes.Element> = a
  var b: UnsafePointer<Tile.Lanes.Element> = b
  var line: UnsafeRawPointer = ahead.line
  var remaining: Int = depth
  while remaining > 0 {
    ngraph_prefetch_far(line)
    line += ahead.stride
    let left: Tile.Lanes.Vector = Tile.Lanes.load(b)
    let right: Tile.Lanes.Vector = Tile.Lanes.load(b + Tile.Lanes.count)
    rows.step(a, left, right)
    a += GemmBlocking.rows
    b += bStride
    remaining -= 1
  }
  if let bias { rows.add(Tile.Lanes.load(bias), Tile.Lanes.load(bias + Tile.Lanes.count)) }
  if accumulates {
    rows.accumulate(out, outStride)
  } else {
    rows.store(out, outStride)
  }
}

/// Runs the smallest micro-kernel of `Row`s with at least `rows` rows; all its rows and vectors are written.
@inline(__always)
func multiplyTile<Row: TileRows>(
  rows: Int, of row: Row.Type, _ depth: Int, _ a: UnsafePointer<Row.Lanes.Element>,
  _ b: UnsafePointer<Row.Lanes.Element>, _ bStride: Int, _ ahead: Ahead,
  _ out: UnsafeMutablePointer<Row.Lanes.Element>, _ outStride: Int, _ accumulates: Bool,
  _ bias: UnsafePointer<Row.Lanes.Element>? = nil
) {
  typealias Two = TilePair<Row, Row>
  typealias Four = TilePair<Two, Two>
  #if KERNELS_AVX512
    typealias Eight = TilePair<Four, Four>
    if rows > 10 {
      multiplyTile(TilePair<Eight, Four>.self, depth, a, b, bStride, ahead, out, outStride, accumulates, bias)
      return
    }
    if rows > 8 {
      multiplyTile(TilePair<Eight, Two>.self, depth, a, b, bStride, ahead, out, outStride, accumulates, bias)
      return
    }
    if rows > 6 {
      multiplyTile(Eight.self, depth, a, b, bStride, ahead, out, outStride, accumulates, bias)
      return
    }
    if rows > 4 {
      multiplyTile(TilePair<Four, Two>.self, depth, a, b, bStride, ahead, out, outStride, accumulates, bias)
      return
    }
  #elseif KERNELS_AVX2
    if rows > 4 {
      multiplyTile(TilePair<Four, Two>.self, depth, a, b, bStride, ahead, out, outStride, accumulates, bias)
      return
    }
  #elseif arch(arm64)
    if rows > 4 {
      multiplyTile(TilePair<Four, Four>.self, depth, a, b, bStride, ahead, out, outStride, accumulates, bias)
      return
    }
  #endif
  if rows > 2 {
    multiplyTile(Four.self, depth, a, b, bStride, ahead, out, outStride, accumulates, bias)
  } else if rows == 2 {
    multiplyTile(Two.self, depth, a, b, bStride, ahead, out, outStride, accumulates, bias)
  } else {
    multiplyTile(Row.self, depth, a, b, bStride, ahead, out, outStride, accumulates, bias)
  }
}

/// The rows that `multiplyTile(rows:)` really writes.
@inline(__always) func writtenTileRows(_ rows: Int) -> Int {
  if rows <= 2 { return rows }
  if rows <= 4 { return 4 }
  return GemmBlocking.rows > 8 ? roundUp(rows, 2) : GemmBlocking.rows
}
