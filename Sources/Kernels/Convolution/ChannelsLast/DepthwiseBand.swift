internal import KernelInterface

/// A band of output rows of one chunk of channels of a depthwise convolution, strip by strip of its columns,
/// each from the first row to the last. A clamp is applied to sums in registers; another activation to some
/// rows of a strip whose sums wait in scratch.
struct DepthwiseBand<Lanes: ProductLanes> {
  typealias Element = Lanes.Element

  /// One group of the chunk's channels.
  var problem: PixelProblem<Element>
  var finish: PixelFinish<Lanes>
  /// The chunk's first channel.
  var column: Int
  /// The band's first pixel, and its rows.
  var pixel: Int
  var rows: Int
  /// Output columns of a strip.
  var strip: Int
  /// Sums that wait.
  var tile: UnsafeMutablePointer<Element>
  private var tiles: DepthwiseTiles<Lanes>
  private var operands: DepthwiseOperands<Element>

  /// Elements of sums of a strip that wait for the activation.
  @inline(__always) static var waitingElements: Int { 2048 }

  /// Reads the image where it lies, from `source`, for output rows from `row`.
  @inline(__always)
  init(
    _ problem: PixelProblem<Element>, _ finish: PixelFinish<Lanes>, column: Int, pixel: Int, row: Int,
    rows: Int, strip: Int, source: UnsafePointer<Element>, weights: UnsafePointer<Element>,
    place: DepthwisePlace<Lanes>
  ) {
    let line: Int = problem.input.width * problem.inputPixel
    let top: Int = problem.padding.height - row * problem.stride.height
    self.init(
      problem, finish, column, pixel, rows, strip, weights, place,
      source - (top * line + problem.padding.width * problem.inputPixel), problem.inputPixel, line)
    operands.top = top
    operands.bottom = top + problem.input.height
    operands.first = problem.padding.width
    operands.end = problem.padding.width + problem.input.width
    list(place.taps, 0, line)
  }

  /// Reads a padded block.
  @inline(__always)
  init(
    _ problem: PixelProblem<Element>, _ finish: PixelFinish<Lanes>, column: Int, pixel: Int, rows: Int,
    strip: Int, block: PixelBlock<Lanes>, source: UnsafePointer<Element>, weights: UnsafePointer<Element>,
    place: DepthwisePlace<Lanes>
  ) {
    self.init(
      problem, finish, column, pixel, rows, strip, weights, place, source, block.pixel, block.row)
    operands.kernelRows = problem.kernel.depth * problem.kernel.height
    operands.top = 0
    operands.bottom = Int.max / 2
    operands.first = 0
    operands.end = block.columns
    list(place.taps, block.slice, block.row)
  }

  @inline(__always)
  private init(
    _ problem: PixelProblem<Element>, _ finish: PixelFinish<Lanes>, _ column: Int, _ pixel: Int, _ rows: Int,
    _ strip: Int, _ weights: UnsafePointer<Element>, _ place: DepthwisePlace<Lanes>,
    _ source: UnsafePointer<Element>, _ pitch: Int, _ line: Int
  ) {
    self.problem = problem
    self.finish = finish
    self.column = column
    self.pixel = pixel
    self.rows = rows
    self.strip = strip
    tile = place.tile
    tiles = DepthwiseTiles<Lanes>(problem)
    operands = DepthwiseOperands<Element>(
      taps: UnsafePointer(place.taps), rowTaps: tiles.isSingle ? problem.kernel.width : 1,
      kernelRows: problem.kernel.height, source: source, sourceRow: problem.stride.height * line,
      pitch: pitch, width: roundUp(problem.channels, Lanes.count), top: 0, bottom: 0,
      rowStride: problem.stride.height, rowDilation: problem.dilation.height, first: 0, end: 0,
      zeros: place.zeros, stride: problem.stride.width, weights: weights, channels: problem.channels,
      biasScale: finish.biasScale, out: tile, outPitch: 0)
    if let bias = finish.bias { operands.bias = bias + column }
  }

  /// Lists the rows of taps, or the taps.
  @inline(__always)
  private func list(_ taps: UnsafeMutablePointer<Int>, _ slice: Int, _ line: Int) {
    var to: UnsafeMutablePointer<Int> = taps
    let rowTaps: Int = operands.rowTaps
    for number in 0..<problem.kernel.depth * problem.kernel.height {
      let z: Int = number / problem.kernel.height
      let y: Int = number % problem.kernel.height * problem.dilation.height
      for tap in 0..<rowTaps {
        let x: Int = tap * problem.dilation.width
        to[0] = z * slice + y * line + x * operands.pitch
        to[1] = (number * problem.kernel.width + tap) * operands.width
        to[2] = x
        to += 3
      }
    }
  }

  @inline(never)
  mutating func run() {
    var ending = TileEnding<Lanes>()
    let isDirect: Bool = !finish.isLate && problem.channels == operands.width
    if isDirect {
      finish.clamp(&ending)
      ending.residualPitch = finish.residualPixel
      ending.residualScale = Lanes.splat(finish.residualScale)
    }
    var first: Int = 0
    while first < problem.output.width {
      let count: Int = smaller(strip, problem.output.width - first)
      let step: Int = isDirect ? rows : larger(1, Self.waitingElements / (count * operands.width))
      var row: Int = 0
      while row < rows {
        let part: Int = smaller(step, rows - row)
        let start: Int = pixel + row * problem.output.width + first
        if isDirect {
          direct(row, part, first, count, start, ending)
        } else {
          late(row, part, first, count, start, ending)
        }
        row += part
      }
      first += count
    }
  }

  @inline(__always)
  private func direct(
    _ row: Int, _ part: Int, _ first: Int, _ count: Int, _ start: Int, _ ending: TileEnding<Lanes>
  ) {
    var here: DepthwiseOperands<Element> = operands
    here.out = finish.y + start * finish.yPixel + column
    here.outPitch = finish.yPixel
    here.outRow = problem.output.width * finish.yPixel
    if let residual = finish.residual {
      here.residual = residual + start * finish.residualPixel + column
      here.residualRow = problem.output.width * finish.residualPixel
    }
    columns(&here, row, part, first, count, ending)
  }

  @inline(__always)
  private func late(
    _ row: Int, _ part: Int, _ first: Int, _ count: Int, _ start: Int, _ ending: TileEnding<Lanes>
  ) {
    var here: DepthwiseOperands<Element> = operands
    here.outPitch = operands.width
    here.outRow = count * operands.width
    columns(&here, row, part, first, count, ending)
    for i in 0..<part {
      finish.run(
        tile + i * here.outRow, operands.width, start + i * problem.output.width, count, column,
        problem.channels)
    }
  }

  /// `count` columns from `first` of `part` rows from `row`.
  @inline(__always)
  private func columns(
    _ here: inout DepthwiseOperands<Element>, _ row: Int, _ part: Int, _ first: Int, _ count: Int,
    _ ending: TileEnding<Lanes>
  ) {
    var ending: TileEnding<Lanes> = ending
    here.rows = part
    here.top -= row * problem.stride.height
    here.bottom -= row * problem.stride.height
    here.source += row * operands.sourceRow + first * problem.stride.width * operands.pitch
    here.first -= first * problem.stride.width
    here.end -= first * problem.stride.width
    let most: Int = DepthwiseTiles<Lanes>.columns
    here.tiles = count / most
    if here.tiles > 0 { tiles.run(most, &here, &ending) }
    here.advance(here.tiles * most, ending.residualPitch)
    var left: Int = count % most
    here.tiles = 1
    while left > 0 {
      let columns: Int = DepthwiseTiles<Lanes>.part(left)
      tiles.run(columns, &here, &ending)
      here.advance(columns, ending.residualPitch)
      left -= columns
    }
  }
}
