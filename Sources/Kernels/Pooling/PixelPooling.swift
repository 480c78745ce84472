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
    let registers: Int = smaller(all, larger(4, Self.taskWork / larger(1, work)))
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
    while channel + 4 * Lanes.count <= end {
      var sums = FourRegisters(start)
      each(z, y, x) { (offset, isNewLine) in
        if isNewLine { closeLine(&sums) }
        let from: UnsafePointer<Element> = image + channel + offset
        sums.line0 = joined(sums.line0, Lanes.load(from))
        sums.line1 = joined(sums.line1, Lanes.load(from + Lanes.count))
        sums.line2 = joined(sums.line2, Lanes.load(from + 2 * Lanes.count))
        sums.line3 = joined(sums.line3, Lanes.load(from + 3 * Lanes.count))
      }
      closeLine(&sums)
      Lanes.store(finished(sums.sum0, z, y, x), target + channel)
      Lanes.store(finished(sums.sum1, z, y, x), target + channel + Lanes.count)
      Lanes.store(finished(sums.sum2, z, y, x), target + channel + 2 * Lanes.count)
      Lanes.store(finished(sums.sum3, z, y, x), target + channel + 3 * Lanes.count)
      channel += 4 * Lanes.count
    }
    while channel < end {
      let lanes: Int = smaller(Lanes.count, end - channel)
      var sum: Lanes.Vector = start
      var line: Lanes.Vector = start
      each(z, y, x) { (offset, isNewLine) in
        if isNewLine {
          sum = merged(sum, line)
          line = start
        }
        let from: UnsafePointer<Element> = image + channel + offset
        line = joined(line, lanes == Lanes.count ? Lanes.load(from) : Lanes.load(from, lanes))
      }
      let value: Lanes.Vector = finished(merged(sum, line), z, y, x)
      if lanes == Lanes.count {
        Lanes.store(value, target + channel)
      } else {
        Lanes.store(value, target + channel, lanes)
      }
      channel += Lanes.count
    }
  }

  /// Sums of four registers of channels, and those of the row of taps at hand: rows are added up, so that a large
  /// window loses little.
  private struct FourRegisters {
    var sum0: Lanes.Vector
    var sum1: Lanes.Vector
    var sum2: Lanes.Vector
    var sum3: Lanes.Vector
    var line0: Lanes.Vector
    var line1: Lanes.Vector
    var line2: Lanes.Vector
    var line3: Lanes.Vector

    @inline(__always) init(_ start: Lanes.Vector) {
      sum0 = start
      sum1 = start
      sum2 = start
      sum3 = start
      line0 = start
      line1 = start
      line2 = start
      line3 = start
    }
  }

  @inline(__always) private func closeLine(_ sums: inout FourRegisters) {
    sums.sum0 = merged(sums.sum0, sums.line0)
    sums.sum1 = merged(sums.sum1, sums.line1)
    sums.sum2 = merged(sums.sum2, sums.line2)
    sums.sum3 = merged(sums.sum3, sums.line3)
    sums.line0 = start
    sums.line1 = start
    sums.line2 = start
    sums.line3 = start
  }

  @inline(__always) private var isMax: Bool { arguments.pointee.kind.rawValue == PoolingKind.max.rawValue }
  @inline(__always) private var isLp: Bool { arguments.pointee.kind.rawValue == PoolingKind.lp.rawValue }

  @inline(__always) private var start: Lanes.Vector { isMax ? Lanes.splat(-Element.infinity) : Lanes.zero }

  /// A sum and one more element.
  @inline(__always) private func joined(_ sum: Lanes.Vector, _ value: Lanes.Vector) -> Lanes.Vector {
    if isMax { return Lanes.largest(value, sum) }
    return Lanes.add(sum, isLp ? raised(value) : value)
  }

  /// Two sums.
  @inline(__always) private func merged(_ left: Lanes.Vector, _ right: Lanes.Vector) -> Lanes.Vector {
    isMax ? Lanes.largest(right, left) : Lanes.add(left, right)
  }

  /// Calls `body` with the place of every tap inside the image, and whether it begins a row of taps.
  @inline(__always)
  private func each(
    _ z: PoolingWindow, _ y: PoolingWindow, _ x: PoolingWindow, _ body: (Int, Bool) -> Void
  ) {
    let input: Extent3 = arguments.pointee.input
    let dilation: Extent3 = arguments.pointee.dilation
    for tz in z.first..<z.end {
      for ty in y.first..<y.end {
        let row: Int = (z.start + tz * dilation.depth) * input.height + y.start + ty * dilation.height
        var offset: Int = (row * input.width + x.start + x.first * dilation.width) * inputPixel
        for tx in x.first..<x.end {
          body(offset, tx == x.first)
          offset += dilation.width * inputPixel
        }
      }
    }
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
