/// Sums of neighbouring output columns of a depthwise convolution for one register of channels. Tiles of every
/// width are composed of single columns.
protocol DepthwiseColumns {
  associatedtype Lanes: ProductLanes

  static var count: Int { get }
  init(_ start: Lanes.Vector)
  /// Adds weights times what the columns read, `pitch` apart.
  mutating func step(_ source: UnsafePointer<Lanes.Element>, _ pitch: Int, _ weights: Lanes.Vector)
  mutating func add(_ residual: UnsafePointer<Lanes.Element>, _ ending: PixelEnding<Lanes>)
  func store(_ out: UnsafeMutablePointer<Lanes.Element>, _ pitch: Int, _ ending: PixelEnding<Lanes>)
}

struct DepthwiseColumn<Lanes: ProductLanes>: DepthwiseColumns {
  var sum: Lanes.Vector

  @inline(__always) static var count: Int { 1 }

  @inline(__always) init(_ start: Lanes.Vector) { sum = start }

  @inline(__always) mutating func step(
    _ source: UnsafePointer<Lanes.Element>, _ pitch: Int, _ weights: Lanes.Vector
  ) {
    sum = Lanes.mulAdd(Lanes.load(source), weights, sum)
  }

  @inline(__always) mutating func add(
    _ residual: UnsafePointer<Lanes.Element>, _ ending: PixelEnding<Lanes>
  ) {
    sum = ending.added(sum, residual)
  }

  @inline(__always) func store(
    _ out: UnsafeMutablePointer<Lanes.Element>, _ pitch: Int, _ ending: PixelEnding<Lanes>
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

  @inline(__always) mutating func step(
    _ source: UnsafePointer<Lanes.Element>, _ pitch: Int, _ weights: Lanes.Vector
  ) {
    first.step(source, pitch, weights)
    second.step(source + First.count * pitch, pitch, weights)
  }

  @inline(__always) mutating func add(
    _ residual: UnsafePointer<Lanes.Element>, _ ending: PixelEnding<Lanes>
  ) {
    first.add(residual, ending)
    second.add(residual + First.count * ending.residualPitch, ending)
  }

  @inline(__always) func store(
    _ out: UnsafeMutablePointer<Lanes.Element>, _ pitch: Int, _ ending: PixelEnding<Lanes>
  ) {
    first.store(out, pitch, ending)
    second.store(out + First.count * pitch, pitch, ending)
  }
}

/// The operands of depthwise tiles for a chunk of channels.
struct DepthwiseOperands<Element> {
  /// For each tap that is read: where, counted from what the tile's first column reads, and where its weights lie.
  var taps: UnsafePointer<Int>
  var tapCount: Int
  var source: UnsafePointer<Element>
  /// From what a column reads to what the next reads.
  var pitch: Int
  var weights: UnsafePointer<Element>
  /// Channels in whole registers, and those of which there is a bias.
  var width: Int
  var channels: Int
  var bias: UnsafePointer<Element>?
  var biasScale: Element
  var residual: UnsafePointer<Element>?
  var out: UnsafeMutablePointer<Element>
  var outPitch: Int
}

/// The most columns of a tile.
@inline(__always) var depthwiseTileColumns: Int { 8 }

/// Runs the tile of `count` columns.
@inline(__always)
func runDepthwiseTile<Lanes: ProductLanes>(
  _ type: Lanes.Type, _ count: Int, _ operands: UnsafePointer<DepthwiseOperands<Lanes.Element>>,
  _ ending: UnsafePointer<PixelEnding<Lanes>>
) {
  typealias One = DepthwiseColumn<Lanes>
  typealias Two = DepthwisePair<One, One>
  typealias Three = DepthwisePair<Two, One>
  typealias Four = DepthwisePair<Two, Two>
  switch count {
  case 1: depthwiseColumn(Lanes.self, operands, ending)
  case 2: depthwiseTile(Two.self, operands, ending, 0)
  case 3: depthwiseTile(Three.self, operands, ending, 0)
  case 4: depthwiseTile(Four.self, operands, ending, 0)
  case 5: depthwiseTile(DepthwisePair<Four, One>.self, operands, ending, 0)
  case 6: depthwiseTile(DepthwisePair<Four, Two>.self, operands, ending, 0)
  case 7: depthwiseTile(DepthwisePair<Four, Three>.self, operands, ending, 0)
  case 8: depthwiseTile(DepthwisePair<Four, Four>.self, operands, ending, 0)
  default: break
  }
}

/// A single column, four registers of channels at a time, so that sums wait for each other less.
@inline(never)
func depthwiseColumn<Lanes: ProductLanes>(
  _ type: Lanes.Type, _ operands: UnsafePointer<DepthwiseOperands<Lanes.Element>>,
  _ ending: UnsafePointer<PixelEnding<Lanes>>
) {
  let lanes: Int = Lanes.count
  var channel: Int = 0
  while channel + 4 * lanes <= operands.pointee.channels {
    var sum0: Lanes.Vector = Lanes.zero
    var sum1: Lanes.Vector = Lanes.zero
    var sum2: Lanes.Vector = Lanes.zero
    var sum3: Lanes.Vector = Lanes.zero
    if let all = operands.pointee.bias {
      let bias: UnsafePointer<Lanes.Element> = all + channel
      let scale: Lanes.Vector = Lanes.splat(operands.pointee.biasScale)
      sum0 = Lanes.multiply(Lanes.load(bias), scale)
      sum1 = Lanes.multiply(Lanes.load(bias + lanes), scale)
      sum2 = Lanes.multiply(Lanes.load(bias + 2 * lanes), scale)
      sum3 = Lanes.multiply(Lanes.load(bias + 3 * lanes), scale)
    }
    for tap in 0..<operands.pointee.tapCount {
      let source: UnsafePointer<Lanes.Element> =
        operands.pointee.source + channel + operands.pointee.taps[2 * tap]
      let weights: UnsafePointer<Lanes.Element> =
        operands.pointee.weights + channel + operands.pointee.taps[2 * tap + 1]
      sum0 = Lanes.mulAdd(Lanes.load(source), Lanes.load(weights), sum0)
      sum1 = Lanes.mulAdd(Lanes.load(source + lanes), Lanes.load(weights + lanes), sum1)
      sum2 = Lanes.mulAdd(Lanes.load(source + 2 * lanes), Lanes.load(weights + 2 * lanes), sum2)
      sum3 = Lanes.mulAdd(Lanes.load(source + 3 * lanes), Lanes.load(weights + 3 * lanes), sum3)
    }
    if let all = operands.pointee.residual {
      let residual: UnsafePointer<Lanes.Element> = all + channel
      sum0 = ending.pointee.added(sum0, residual)
      sum1 = ending.pointee.added(sum1, residual + lanes)
      sum2 = ending.pointee.added(sum2, residual + 2 * lanes)
      sum3 = ending.pointee.added(sum3, residual + 3 * lanes)
    }
    let out: UnsafeMutablePointer<Lanes.Element> = operands.pointee.out + channel
    Lanes.store(ending.pointee.clamped(sum0), out)
    Lanes.store(ending.pointee.clamped(sum1), out + lanes)
    Lanes.store(ending.pointee.clamped(sum2), out + 2 * lanes)
    Lanes.store(ending.pointee.clamped(sum3), out + 3 * lanes)
    channel += 4 * lanes
  }
  depthwiseTile(DepthwiseColumn<Lanes>.self, operands, ending, channel)
}

/// Channels of a chunk from `first` for a tile of columns.
@inline(never)
func depthwiseTile<Columns: DepthwiseColumns>(
  _ type: Columns.Type, _ operands: UnsafePointer<DepthwiseOperands<Columns.Lanes.Element>>,
  _ ending: UnsafePointer<PixelEnding<Columns.Lanes>>, _ first: Int
) {
  typealias Lanes = Columns.Lanes
  let pitch: Int = operands.pointee.pitch
  let width: Int = operands.pointee.width
  let tapCount: Int = operands.pointee.tapCount
  let taps: UnsafePointer<Int> = operands.pointee.taps
  var channel: Int = first
  while channel < width {
    var start: Lanes.Vector = Lanes.zero
    if let bias = operands.pointee.bias {
      let left: Int = operands.pointee.channels - channel
      let value: Lanes.Vector =
        left >= Lanes.count ? Lanes.load(bias + channel) : Lanes.load(bias + channel, left)
      start = Lanes.multiply(value, Lanes.splat(operands.pointee.biasScale))
    }
    var columns: Columns = Columns(start)
    let source: UnsafePointer<Lanes.Element> = operands.pointee.source + channel
    let weights: UnsafePointer<Lanes.Element> = operands.pointee.weights + channel
    var tap: Int = 0
    while tap < tapCount {
      columns.step(source + taps[2 * tap], pitch, Lanes.load(weights + taps[2 * tap + 1]))
      tap += 1
    }
    if let residual = operands.pointee.residual { columns.add(residual + channel, ending.pointee) }
    columns.store(operands.pointee.out + channel, operands.pointee.outPitch, ending.pointee)
    channel += Lanes.count
  }
}
