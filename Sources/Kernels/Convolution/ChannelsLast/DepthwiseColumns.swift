/// Sums of neighbouring output columns of a depthwise convolution for one register of channels. Tiles of
/// every width are composed of single columns.
protocol DepthwiseColumns {
  associatedtype Lanes: ProductLanes

  static var count: Int { get }
  init(_ start: Lanes.Vector)
  /// Adds what a row of taps makes of the input: these are columns from `column` of a tile of `tile` columns.
  mutating func step<Taps: DepthwiseTaps>(
    _ taps: Taps, _ row: DepthwiseRow<Lanes>, _ column: Int, _ tile: Int
  ) where Taps.Lanes == Lanes
  mutating func add(_ residual: UnsafePointer<Lanes.Element>, _ ending: TileEnding<Lanes>)
  func store(_ out: UnsafeMutablePointer<Lanes.Element>, _ pitch: Int, _ ending: TileEnding<Lanes>)
}

struct DepthwiseColumn<Lanes: ProductLanes>: DepthwiseColumns {
  var sum: Lanes.Vector

  @inline(__always) static var count: Int { 1 }

  @inline(__always) init(_ start: Lanes.Vector) { sum = start }

  @inline(__always)
  mutating func step<Taps: DepthwiseTaps>(
    _ taps: Taps, _ row: DepthwiseRow<Lanes>, _ column: Int, _ tile: Int
  ) where Taps.Lanes == Lanes {
    sum = taps.added(sum, row, column, tile)
  }

  @inline(__always) mutating func add(
    _ residual: UnsafePointer<Lanes.Element>, _ ending: TileEnding<Lanes>
  ) {
    sum = ending.added(sum, residual)
  }

  @inline(__always) func store(
    _ out: UnsafeMutablePointer<Lanes.Element>, _ pitch: Int, _ ending: TileEnding<Lanes>
  ) {
    Lanes.store(ending.clamped(sum), out)
  }
}

/// The columns of `First`, then those of `Second`.
struct DepthwisePair<First: DepthwiseColumns, Second: DepthwiseColumns>: DepthwiseColumns
where First.Lanes == Second.Lanes {
  typealias Lanes = First.Lanes

  var first: First
  var second: Second

  @inline(__always) static var count: Int { First.count + Second.count }

  @inline(__always) init(_ start: Lanes.Vector) {
    first = First(start)
    second = Second(start)
  }

  @inline(__always)
  mutating func step<Taps: DepthwiseTaps>(
    _ taps: Taps, _ row: DepthwiseRow<Lanes>, _ column: Int, _ tile: Int
  ) where Taps.Lanes == Lanes {
    first.step(taps, row, column, tile)
    second.step(taps, row, column + First.count, tile)
  }

  @inline(__always) mutating func add(
    _ residual: UnsafePointer<Lanes.Element>, _ ending: TileEnding<Lanes>
  ) {
    first.add(residual, ending)
    second.add(residual + First.count * ending.residualPitch, ending)
  }

  @inline(__always) func store(
    _ out: UnsafeMutablePointer<Lanes.Element>, _ pitch: Int, _ ending: TileEnding<Lanes>
  ) {
    first.store(out, pitch, ending)
    second.store(out + First.count * pitch, pitch, ending)
  }
}
