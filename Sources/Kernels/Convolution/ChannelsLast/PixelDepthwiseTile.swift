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

/// The columns of `Half` twice.
struct DepthwisePair<Half: DepthwiseColumns>: DepthwiseColumns {
  typealias Lanes = Half.Lanes

  var first: Half
  var second: Half

  @inline(__always) static var count: Int { 2 * Half.count }

  @inline(__always) init(_ start: Lanes.Vector) {
    first = Half(start)
    second = Half(start)
  }

  @inline(__always) mutating func step(
    _ source: UnsafePointer<Lanes.Element>, _ pitch: Int, _ weights: Lanes.Vector
  ) {
    first.step(source, pitch, weights)
    second.step(source + Half.count * pitch, pitch, weights)
  }

  @inline(__always) mutating func add(
    _ residual: UnsafePointer<Lanes.Element>, _ ending: PixelEnding<Lanes>
  ) {
    first.add(residual, ending)
    second.add(residual + Half.count * ending.residualPitch, ending)
  }

  @inline(__always) func store(
    _ out: UnsafeMutablePointer<Lanes.Element>, _ pitch: Int, _ ending: PixelEnding<Lanes>
  ) {
    first.store(out, pitch, ending)
    second.store(out + Half.count * pitch, pitch, ending)
  }
}

/// The operands of depthwise tiles, at their first channel.
struct DepthwiseOperands<Element> {
  /// For each tap that lies inside the image: where it is read, counted from the tile's first column, and where
  /// its weights lie.
  var taps: UnsafePointer<Int>
  var tapCount: Int
  var source: UnsafePointer<Element>
  var pitch: Int
  var weights: UnsafePointer<Element>
  var bias: UnsafePointer<Element>?
  var biasScale: Element
  var residual: UnsafePointer<Element>?
  var out: UnsafeMutablePointer<Element>
  var outPitch: Int
  var channels: Int
}

/// All channels of a tile of columns.
@inline(never)
func depthwiseTile<Columns: DepthwiseColumns>(
  _ type: Columns.Type, _ operands: UnsafePointer<DepthwiseOperands<Columns.Lanes.Element>>,
  _ ending: UnsafePointer<PixelEnding<Columns.Lanes>>
) {
  typealias Lanes = Columns.Lanes
  let channels: Int = operands.pointee.channels
  let pitch: Int = operands.pointee.pitch
  let tapCount: Int = operands.pointee.tapCount
  let taps: UnsafePointer<Int> = operands.pointee.taps
  var channel: Int = 0
  while channel + Lanes.count <= channels {
    var start: Lanes.Vector = Lanes.zero
    if let bias = operands.pointee.bias {
      start = Lanes.multiply(Lanes.load(bias + channel), Lanes.splat(operands.pointee.biasScale))
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
  let left: Int = channels - channel
  guard left > 0 else { return }
  var start: Lanes.Vector = Lanes.zero
  if let bias = operands.pointee.bias {
    start = Lanes.multiply(Lanes.load(bias + channel, left), Lanes.splat(operands.pointee.biasScale))
  }
  for column in 0..<Columns.count {
    var sum: Lanes.Vector = start
    let source: UnsafePointer<Lanes.Element> = operands.pointee.source + channel + column * pitch
    for tap in 0..<tapCount {
      let weights: Lanes.Vector = Lanes.load(operands.pointee.weights + channel + taps[2 * tap + 1], left)
      sum = Lanes.mulAdd(Lanes.load(source + taps[2 * tap], left), weights, sum)
    }
    if let residual = operands.pointee.residual {
      let from: UnsafePointer<Lanes.Element> = residual + channel + column * ending.pointee.residualPitch
      sum = Lanes.mulAdd(Lanes.load(from, left), ending.pointee.residualScale, sum)
    }
    Lanes.store(
      ending.pointee.clamped(sum), operands.pointee.out + channel + column * operands.pointee.outPitch, left)
  }
}
