internal import KernelInterface

/// How sums of a channels-last convolution become its output: bias, residual, activation, in that order.
struct PixelFinish<Lanes: ProductLanes> {
  typealias Element = Lanes.Element
  typealias Arguments = UnsafePointer<ConvolutionArguments<Element>>

  var y: UnsafeMutablePointer<Element>
  var yPixel: Int
  var bias: UnsafePointer<Element>?
  var biasScale: Element
  var residual: UnsafePointer<Element>?
  var residualPixel: Int
  var residualScale: Element
  var activation: Activation
  var parameter0: Element
  var parameter1: Element

  /// nil without an output.
  init?(_ arguments: Arguments, _ problem: PixelProblem<Element>) {
    guard let y = arguments.pointee.y else { return nil }
    self.y = y
    yPixel = problem.outputPixel
    bias = arguments.pointee.epilogue.bias
    biasScale = arguments.pointee.epilogue.biasScale
    residual = arguments.pointee.epilogue.residual
    residualPixel = problem.residualPixel
    residualScale = arguments.pointee.epilogue.residualScale
    activation = arguments.pointee.epilogue.activation
    parameter0 = arguments.pointee.epilogue.parameter0
    parameter1 = arguments.pointee.epilogue.parameter1
  }

  /// Whether the activation is more than a clamp.
  var isLate: Bool { !activation.isClamp }

  /// The ending of tiles whose columns begin at `column`, `count` of them, without a residual.
  @inline(__always)
  func ending(_ column: Int, _ count: Int) -> TileEnding<Lanes> {
    var ending = TileEnding<Lanes>()
    if let bias {
      let scale: Lanes.Vector = Lanes.splat(biasScale)
      ending.left = Lanes.multiply(load(bias + column, smaller(count, Lanes.count)), scale)
      if count > Lanes.count {
        ending.right = Lanes.multiply(load(bias + column + Lanes.count, count - Lanes.count), scale)
      }
    }
    return ending
  }

  /// Brings the activation, where it is a clamp, into an ending.
  @inline(__always)
  func clamp(_ ending: inout TileEnding<Lanes>) {
    ending.clamp(activation, parameter0, parameter1)
  }

  /// Finishes sums (the bias is in them) of `rows` pixels at `tile`, `pitch` apart and dense there if the
  /// activation is late, into `count` channels of Y from `column`.
  @inline(never)
  func run(
    _ tile: UnsafeMutablePointer<Element>, _ pitch: Int, _ pixel: Int, _ rows: Int, _ column: Int,
    _ count: Int
  ) {
    if residual == nil && activation.rawValue == Activation.swish.rawValue {
      swish(tile, pitch, pixel, rows, column, count)
      return
    }
    if let residual {
      let scale: Lanes.Vector = Lanes.splat(residualScale)
      for r in 0..<rows {
        let from: UnsafePointer<Element> = residual + (pixel + r) * residualPixel + column
        let to: UnsafeMutablePointer<Element> = tile + r * pitch
        var i: Int = 0
        while i < count {
          let value: Lanes.Vector = load(from + i, smaller(Lanes.count, count - i))
          Lanes.store(Lanes.mulAdd(value, scale, Lanes.load(to + i)), to + i)
          i += Lanes.count
        }
      }
    }
    var clamps = TileEnding<Lanes>()
    if isLate {
      Lanes.activate(activation, parameter0, parameter1, tile, rows * pitch)
    } else {
      clamp(&clamps)
    }
    for r in 0..<rows {
      let from: UnsafeMutablePointer<Element> = tile + r * pitch
      let to: UnsafeMutablePointer<Element> = y + (pixel + r) * yPixel + column
      var i: Int = 0
      while i + Lanes.count <= count {
        Lanes.store(clamps.clamped(Lanes.load(from + i)), to + i)
        i += Lanes.count
      }
      if i < count { Lanes.store(clamps.clamped(Lanes.load(from + i)), to + i, count - i) }
    }
  }

  /// The activation on the way from the tile to Y; rows of the tile are whole registers.
  @inline(__always)
  private func swish(
    _ tile: UnsafeMutablePointer<Element>, _ pitch: Int, _ pixel: Int, _ rows: Int, _ column: Int,
    _ count: Int
  ) {
    let factor: Lanes.Vector = Lanes.splat(parameter0)
    for r in 0..<rows {
      let from: UnsafeMutablePointer<Element> = tile + r * pitch
      let to: UnsafeMutablePointer<Element> = y + (pixel + r) * yPixel + column
      var i: Int = 0
      while i < count {
        let value: Lanes.Vector = Lanes.swish(Lanes.load(from + i), factor)
        if i + Lanes.count <= count {
          Lanes.store(value, to + i)
        } else {
          Lanes.store(value, to + i, count - i)
        }
        i += Lanes.count
      }
    }
  }

  @inline(__always)
  private func load(_ from: UnsafePointer<Element>, _ count: Int) -> Lanes.Vector {
    count >= Lanes.count ? Lanes.load(from) : Lanes.load(from, count)
  }
}
