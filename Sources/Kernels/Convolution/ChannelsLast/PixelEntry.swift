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
