internal import KernelInterface

/// Copies input elements through the prologue of a convolution, for one image.
struct PixelEntry<Lanes: ProductLanes> {
  typealias Element = Lanes.Element

  var isEmpty: Bool
  private var scale: UnsafePointer<Element>?
  private var shift: UnsafePointer<Element>?
  private var floor: Element

  @inline(__always) init(_ prologue: ConvolutionPrologue<Element>, _ image: Int) {
    isEmpty = prologue.isEmpty
    scale = nil
    shift = nil
    if let base = prologue.scale { scale = base + image * prologue.batchStride }
    if let base = prologue.shift { shift = base + image * prologue.batchStride }
    floor = prologue.hasFloor ? prologue.floor : -Element.infinity
  }

  /// Channels of one pixel from `channel`.
  @inline(__always)
  func copy(
    _ from: UnsafePointer<Element>, _ to: UnsafeMutablePointer<Element>, _ count: Int, _ channel: Int
  ) {
    if isEmpty {
      PixelPatches<Lanes>.copy(from, to, count)
      return
    }
    var i: Int = 0
    while i + Lanes.count <= count {
      var value: Lanes.Vector = Lanes.load(from + i)
      if let scale { value = Lanes.multiply(value, Lanes.load(scale + channel + i)) }
      if let shift { value = Lanes.add(value, Lanes.load(shift + channel + i)) }
      Lanes.store(Lanes.maximum(Lanes.splat(floor), value), to + i)
      i += Lanes.count
    }
    if i < count {
      let lanes: Int = count - i
      var value: Lanes.Vector = Lanes.load(from + i, lanes)
      if let scale { value = Lanes.multiply(value, Lanes.load(scale + channel + i, lanes)) }
      if let shift { value = Lanes.add(value, Lanes.load(shift + channel + i, lanes)) }
      Lanes.store(Lanes.maximum(Lanes.splat(floor), value), to + i, lanes)
    }
  }

  /// `count` channels from `channel` of `rows` pixels.
  @inline(__always)
  func copyRows(
    _ from: UnsafePointer<Element>, _ fromPitch: Int, _ to: UnsafeMutablePointer<Element>, _ toPitch: Int,
    _ rows: Int, _ count: Int, _ channel: Int
  ) {
    let whole: Int = count / Lanes.count * Lanes.count
    let lowest: Lanes.Vector = Lanes.splat(floor)
    for row in 0..<rows {
      let source: UnsafePointer<Element> = from + row * fromPitch
      let target: UnsafeMutablePointer<Element> = to + row * toPitch
      var i: Int = 0
      if let scale, let shift {
        while i < whole {
          let value: Lanes.Vector = Lanes.multiply(Lanes.load(source + i), Lanes.load(scale + channel + i))
          let sum: Lanes.Vector = Lanes.add(value, Lanes.load(shift + channel + i))
          Lanes.store(Lanes.maximum(lowest, sum), target + i)
          i += Lanes.count
        }
      } else if let scale {
        while i < whole {
          let value: Lanes.Vector = Lanes.multiply(Lanes.load(source + i), Lanes.load(scale + channel + i))
          Lanes.store(Lanes.maximum(lowest, value), target + i)
          i += Lanes.count
        }
      }
      if i < count { copy(source + i, target + i, count - i, channel + i) }
    }
  }

  /// Adjacent elements of the same channel.
  @inline(__always)
  func copy(
    _ from: UnsafePointer<Element>, _ to: UnsafeMutablePointer<Element>, _ count: Int, everywhere channel: Int
  ) {
    var factor: Element = 1
    var addend: Element = 0
    if let scale { factor = scale[channel] }
    if let shift { addend = shift[channel] }
    for i in 0..<count {
      let value: Element = from[i] * factor + addend
      to[i] = value < floor ? floor : value
    }
  }
}
