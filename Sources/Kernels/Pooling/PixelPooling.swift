internal import KernelInterface

/// Channels-last pooling, four registers of channels at a time, one tap after another. A task is a few rows
/// of the output; where the output is a single pixel, some registers of channels.
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

  func run(_ task: Int) {
    switch arguments.pointee.kind {
    case .max: run(task, PoolingLargest<Lanes>())
    case .average: run(task, PoolingSum<Lanes>())
    case .lp: run(task, PoolingPower<Lanes>(power: arguments.pointee.power))
    }
  }

  @inline(never)
  private func run<Fold: PoolingFold>(_ task: Int, _ fold: Fold) where Fold.Lanes == Lanes {
    guard let x = arguments.pointee.x, let y = arguments.pointee.y else { return }
    let input: Extent3 = arguments.pointee.input
    let output: Extent3 = arguments.pointee.output
    let block = block
    let across: Int = ceilDivide(ceilDivide(channels, Lanes.count), block.registers)
    let first: Int = task % across * block.registers * Lanes.count
    let count: Int = smaller(channels - first, block.registers * Lanes.count)
    let firstRow: Int = task / across * block.rows
    let line: Int = input.width * inputPixel
    let step: Int = arguments.pointee.stride.width * inputPixel
    for row in firstRow..<smaller(outputRows, firstRow + block.rows) {
      let z: PoolingWindow = depthWindow(row / output.height % output.depth)
      let h: PoolingWindow = heightWindow(row % output.height)
      let image: UnsafePointer<Element> =
        x + row / output.height / output.depth * (input.depth * input.height * line) + first
      var taps = PoolingTaps(
        slices: z.count, rows: h.count, columns: 0,
        slice: arguments.pointee.dilation.depth * input.height * line,
        row: arguments.pointee.dilation.height * line, column: arguments.pointee.dilation.width * inputPixel)
      let corner: Int =
        ((z.start + z.first * arguments.pointee.dilation.depth) * input.height + h.start
          + h.first * arguments.pointee.dilation.height) * line
      var from: UnsafePointer<Element> = image
      var divisor: Element = 1
      for column in 0..<output.width {
        if column > insideColumns.low && column < insideColumns.high {
          from += step
        } else {
          let w: PoolingWindow = widthWindow(column)
          taps.columns = w.count
          divisor = self.divisor(z, h, w)
          from =
            image + corner + (w.start + w.first * arguments.pointee.dilation.width) * inputPixel
        }
        poolPixel(fold, from, taps, divisor, y + (row * output.width + column) * outputPixel + first, count)
      }
    }
  }

  /// Columns whose windows lie inside the image.
  @inline(__always) private var insideColumns: (low: Int, high: Int) {
    let stride: Int = arguments.pointee.stride.width
    let padding: Int = arguments.pointee.padding.width
    let reach: Int = (arguments.pointee.kernel.width - 1) * arguments.pointee.dilation.width
    let room: Int = arguments.pointee.input.width - reach + padding
    return (ceilDivide(larger(0, padding), stride), room > 0 ? ceilDivide(room, stride) : 0)
  }

  /// What the sum of a window is divided by.
  @inline(__always)
  private func divisor(_ z: PoolingWindow, _ y: PoolingWindow, _ x: PoolingWindow) -> Element {
    let count: Int =
      arguments.pointee.countsPadding ? z.padded * y.padded * x.padded : z.count * y.count * x.count
    return Element(larger(1, count))
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
}
