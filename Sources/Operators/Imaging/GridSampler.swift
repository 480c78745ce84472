internal import Graphs
internal import Tensors

/// Samples `[n, channels, spatial...]` at points: the neighbours of a point, their places and weights, are
/// found once for all channels. Neighbours that count as zero have weight 0.
struct GridSampler: Sendable {
  private let batches: Int
  private let channels: Int
  private let extents: [Int]
  private let strides: [Int]
  private let plane: Int
  private let points: Int
  private let mode: GridSampleOp.Mode
  private let padding: GridSampleOp.Padding
  private let alignsCorners: Bool
  private let taps: Int
  /// The neighbours of a point: `taps` along each axis.
  private let neighbours: Int

  init(
    input: Shape, points: Int, mode: GridSampleOp.Mode, padding: GridSampleOp.Padding, alignsCorners: Bool
  ) {
    batches = input[0]
    channels = input[1]
    extents = Array(input.extents[2...])
    strides = Array(input.strides[2...])
    plane = input.count(2..<input.rank)
    self.points = points
    self.mode = mode
    self.padding = padding
    self.alignsCorners = alignsCorners
    taps = mode == .nearest ? 1 : mode == .linear ? 2 : 4
    var count: Int = 1
    for _ in 2..<input.rank { count &*= taps }
    neighbours = count
  }

  /// A place (Int) and a weight (up to 8 bytes) for each neighbour.
  var scratchBytes: Int { neighbours &* 16 }

  func run<Element: BinaryFloatingPoint>(
    _ run: RunContext, _ out: UnsafeMutablePointer<Element>, _ input: UnsafePointer<Element>,
    _ grid: UnsafePointer<Element>
  ) {
    let rank: Int = extents.count
    let grain: Int = max(1, (1 << 15) / max(1, neighbours &* max(channels, 1)))
    run.forRanges(of: batches &* points, grain: grain) { range, worker in
      let places = run.scratch(worker).assumingMemoryBound(to: Int.self)
      let weights = (run.scratch(worker) + neighbours &* 8).assumingMemoryBound(to: Element.self)
      for entry in range {
        let (batch, point) = (entry / points, entry % points)
        find(places, weights, grid + entry &* rank)
        for channel in 0..<channels {
          let from = input + (batch &* channels &+ channel) &* plane
          var sum: Element = 0
          if plane > 0 {
            for index in 0..<neighbours where weights[index] != 0 {
              sum += weights[index] * from[places[index]]
            }
          }
          out[(batch &* channels &+ channel) &* points &+ point] = sum
        }
      }
    }
  }

  /// Builds the neighbours axis by axis: those found so far times those of the next axis.
  @inline(__always)
  private func find<Element: BinaryFloatingPoint>(
    _ places: UnsafeMutablePointer<Int>, _ weights: UnsafeMutablePointer<Element>,
    _ point: UnsafePointer<Element>
  ) {
    places[0] = 0
    weights[0] = 1
    var found: Int = 1
    for axis in 0..<extents.count {
      let extent: Int = extents[axis]
      let x: Element = position(point[extents.count &- 1 &- axis], extent)
      let floor: Element = x.rounded(.down)
      let base = Int(floor)
      let first: Int = taps == 4 ? base &- 1 : base
      let fraction: Element = x - floor
      // From the last tap to the first, so that the entries read are not yet overwritten.
      for tap in stride(from: taps &- 1, through: 0, by: -1) {
        let place: Int = inside(first &+ tap, extent)
        let weight: Element = place < 0 ? 0 : self.weight(tap, fraction)
        for index in 0..<found {
          places[tap &* found &+ index] = places[index] &+ max(place, 0) &* strides[axis]
          weights[tap &* found &+ index] = weights[index] * weight
        }
      }
      found &*= taps
    }
  }

  /// The position along an axis of a coordinate in [-1, 1], brought inside where the padding says so.
  @inline(__always)
  private func position<Element: BinaryFloatingPoint>(_ coordinate: Element, _ extent: Int) -> Element {
    let length = Element(extent)
    var x: Element = alignsCorners ? (coordinate + 1) / 2 * (length - 1) : ((coordinate + 1) * length - 1) / 2
    if mode == .nearest { x = x.rounded(.toNearestOrEven) }
    let (low, high) = bounds(length)
    if x < low || x > high {
      if padding == .border { x = Swift.max(0, Swift.min(x, length - 1)) }
      if padding == .reflection { x = reflected(x, low, high) }
    }
    // What is not a number, or far away, is beyond the edge.
    return x > -0x1p30 && x < 0x1p30 ? x : -0x1p30
  }

  @inline(__always)
  private func bounds<Element: BinaryFloatingPoint>(_ length: Element) -> (Element, Element) {
    alignsCorners ? (0, length - 1) : (-0.5, length - 0.5)
  }

  @inline(__always)
  private func reflected<Element: BinaryFloatingPoint>(_ x: Element, _ low: Element, _ high: Element)
    -> Element
  {
    let range: Element = high - low
    guard range > 0, x.isFinite else { return low }
    let distance: Element = x < low ? low - x : x - high
    let turns: Element = (distance / range).rounded(.down)
    let rest: Element = distance - turns * range
    let isEven: Bool = turns.truncatingRemainder(dividingBy: 2) == 0
    return (x < low) == isEven ? low + rest : high - rest
  }

  /// The element that stands at `place`; -1 for a zero.
  @inline(__always)
  private func inside(_ place: Int, _ extent: Int) -> Int {
    if place >= 0, place < extent { return place }
    switch padding {
    case .zeros: return -1
    case .border: return Swift.max(0, Swift.min(place, extent &- 1))
    case .reflection:
      let (low, high): (Double, Double) = bounds(Double(extent))
      return Swift.max(0, Swift.min(Int(reflected(Double(place), low, high)), extent &- 1))
    }
  }

  @inline(__always)
  private func weight<Element: BinaryFloatingPoint>(_ tap: Int, _ fraction: Element) -> Element {
    if taps == 1 { return 1 }
    if taps == 2 { return tap == 0 ? 1 - fraction : fraction }
    let d: Element = abs(fraction - Element(tap &- 1))
    if d <= 1 { return (1.25 * d - 2.25) * d * d + 1 }
    return ((-0.75 * d + 3.75) * d - 6) * d + 3
  }
}
