internal import KernelInterface

/// Channels-last pooling, a register of channels at a time, one tap after another. A task is a few rows of the
/// output; where the output is a single pixel, some registers of channels.
struct PixelPooling<Lanes: PoolingLanes> {
  typealias Element = Lanes.Element

  var arguments: UnsafePointer<PoolingArguments<Element>>
  var batch: Int
  var channels: Int
  var inputPixel: Int
  var outputPixel: Int

  private static var taskWork: Int { 1 << 18 }

  init(_ arguments: UnsafePointer<PoolingArguments<Element>>) {
    self.arguments = arguments
    channels = larger(1, arguments.pointee.channels)
    batch = arguments.pointee.planes / channels
    inputPixel = arguments.pointee.inputPixelStride == 0 ? channels : arguments.pointee.inputPixelStride
    outputPixel = arguments.pointee.outputPixelStride == 0 ? channels : arguments.pointee.outputPixelStride
  }

  private var outputRows: Int {
    batch * arguments.pointee.output.depth * arguments.pointee.output.height
  }

  /// Registers of channels of one task, and output rows.
  private var block: (registers: Int, rows: Int) {
    let kernel: Extent3 = arguments.pointee.kernel
    let all: Int = ceilDivide(channels, Lanes.count)
    let work: Int =
      arguments.pointee.output.width * kernel.depth * kernel.height * kernel.width * Lanes.count
    let registers: Int = smaller(all, larger(1, Self.taskWork / larger(1, work)))
    return (registers, larger(1, Self.taskWork / larger(1, work * registers)))
  }

  func taskCount() -> Int {
    guard batch > 0 && arguments.pointee.output.width > 0 else { return 0 }
    let block = block
    return ceilDivide(ceilDivide(channels, Lanes.count), block.registers) * ceilDivide(outputRows, block.rows)
  }

  @inline(never)
  func run(_ task: Int) {
    guard let x = arguments.pointee.x, let y = arguments.pointee.y else { return }
    let input: Extent3 = arguments.pointee.input
    let output: Extent3 = arguments.pointee.output
    let block = block
    let across: Int = ceilDivide(ceilDivide(channels, Lanes.count), block.registers)
    let first: Int = task % across * block.registers * Lanes.count
    let end: Int = smaller(channels, first + block.registers * Lanes.count)
    let firstRow: Int = task / across * block.rows
    for row in firstRow..<smaller(outputRows, firstRow + block.rows) {
      let z: PoolingWindow = depthWindow(row / output.height % output.depth)
      let h: PoolingWindow = heightWindow(row % output.height)
      let image: UnsafePointer<Element> =
        x + row / output.height / output.depth * (input.depth * input.height * input.width * inputPixel)
      for column in 0..<output.width {
        window(
          image, z, h, widthWindow(column), y + (row * output.width + column) * outputPixel, first, end)
      }
    }
  }

  @inline(__always) private func depthWindow(_ position: Int) -> PoolingWindow {
    PoolingWindow(
      position, input: arguments.pointee.input.depth, kernel: arguments.pointee.kernel.depth,
      stride: arguments.pointee.stride.depth, dilation: arguments.pointee.dilation.depth,
      padding: arguments.pointee.padding.depth, paddingEnd: arguments.pointee.paddingEnd.depth)
  }

  @inline(__always) private func heightWindow(_ position: Int) -> PoolingWindow {
    PoolingWindow(
      position, input: arguments.pointee.input.height, kernel: arguments.pointee.kernel.height,
      stride: arguments.pointee.stride.height, dilation: arguments.pointee.dilation.height,
      padding: arguments.pointee.padding.height, paddingEnd: arguments.pointee.paddingEnd.height)
  }

  @inline(__always) private func widthWindow(_ position: Int) -> PoolingWindow {
    PoolingWindow(
      position, input: arguments.pointee.input.width, kernel: arguments.pointee.kernel.width,
      stride: arguments.pointee.stride.width, dilation: arguments.pointee.dilation.width,
      padding: arguments.pointee.padding.width, paddingEnd: arguments.pointee.paddingEnd.width)
  }

  /// Channels `first ..< end` of one output pixel.
  private func window(
    _ image: UnsafePointer<Element>, _ z: PoolingWindow, _ y: PoolingWindow, _ x: PoolingWindow,
    _ target: UnsafeMutablePointer<Element>, _ first: Int, _ end: Int
  ) {
    var channel: Int = first
    while channel < end {
      let lanes: Int = smaller(Lanes.count, end - channel)
      let value: Lanes.Vector = finished(reduced(image + channel, z, y, x, lanes), z, y, x)
      if lanes == Lanes.count {
        Lanes.store(value, target + channel)
      } else {
        Lanes.store(value, target + channel, lanes)
      }
      channel += Lanes.count
    }
  }

  @inline(__always)
  private func reduced(
    _ image: UnsafePointer<Element>, _ z: PoolingWindow, _ y: PoolingWindow, _ x: PoolingWindow, _ lanes: Int
  ) -> Lanes.Vector {
    let input: Extent3 = arguments.pointee.input
    let dilation: Extent3 = arguments.pointee.dilation
    let isMax: Bool = arguments.pointee.kind.rawValue == PoolingKind.max.rawValue
    let isLp: Bool = arguments.pointee.kind.rawValue == PoolingKind.lp.rawValue
    var sum: Lanes.Vector = isMax ? Lanes.splat(-Element.infinity) : Lanes.zero
    for tz in z.first..<z.end {
      for ty in y.first..<y.end {
        let row: Int = (z.start + tz * dilation.depth) * input.height + y.start + ty * dilation.height
        // Sums of rows are added up, so that a large window loses little.
        var line: Lanes.Vector = isMax ? sum : Lanes.zero
        var from: UnsafePointer<Element> =
          image + (row * input.width + x.start + x.first * dilation.width) * inputPixel
        for _ in x.first..<x.end {
          let value: Lanes.Vector = lanes == Lanes.count ? Lanes.load(from) : Lanes.load(from, lanes)
          if isMax {
            line = Lanes.largest(value, line)
          } else {
            line = Lanes.add(line, isLp ? raised(value) : value)
          }
          from += dilation.width * inputPixel
        }
        sum = isMax ? line : Lanes.add(sum, line)
      }
    }
    return sum
  }

  @inline(__always) private func raised(_ value: Lanes.Vector) -> Lanes.Vector {
    let power: Int = arguments.pointee.power
    if power == 1 { return Lanes.magnitude(value) }
    if power == 2 { return Lanes.multiply(value, value) }
    var result: Lanes.Vector = Lanes.magnitude(value)
    for i in 0..<Lanes.count { result[i] = Lanes.power(result[i], Element(power)) }
    return result
  }

  @inline(__always)
  private func finished(
    _ sum: Lanes.Vector, _ z: PoolingWindow, _ y: PoolingWindow, _ x: PoolingWindow
  ) -> Lanes.Vector {
    switch arguments.pointee.kind {
    case .max: return sum
    case .average:
      let count: Int =
        arguments.pointee.countsPadding ? z.padded * y.padded * x.padded : z.count * y.count * x.count
      return Lanes.divide(sum, Lanes.splat(Element(larger(1, count))))
    case .lp:
      let power: Int = arguments.pointee.power
      guard power != 1 else { return sum }
      var result: Lanes.Vector = sum
      for i in 0..<Lanes.count {
        result[i] = power == 2 ? result[i].squareRoot() : Lanes.power(result[i], 1 / Element(power))
      }
      return result
    }
  }
}
