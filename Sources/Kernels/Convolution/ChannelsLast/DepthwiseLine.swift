internal import KernelInterface

/// Output rows of one chunk of a depthwise convolution.
struct DepthwiseLine<Lanes: ProductLanes> {
  typealias Element = Lanes.Element

  /// One group of the chunk's channels.
  var problem: PixelProblem<Element>
  var finish: PixelFinish<Lanes>
  /// The chunk's first channel in the image, or the padded block.
  var source: UnsafePointer<Element>
  var weights: UnsafePointer<Element>
  /// The chunk's first channel.
  var column: Int
  /// Its channels in whole registers.
  var width: Int
  /// Place for the list of taps, and for a tile of sums.
  var taps: UnsafeMutablePointer<Int>
  var tile: UnsafeMutablePointer<Element>

  /// Lists the taps of a padded block, in which every tap exists.
  func list(_ block: PixelBlock<Lanes>) {
    for tap in 0..<problem.taps {
      let z: Int = tap / problem.kernel.width / problem.kernel.height
      let y: Int = tap / problem.kernel.width % problem.kernel.height * problem.dilation.height
      let x: Int = tap % problem.kernel.width * problem.dilation.width
      taps[2 * tap] = z * block.slice + y * block.row + x * block.pixel
      taps[2 * tap + 1] = tap * width
    }
  }

  /// A row that reads a padded block from `origin`; its first pixel is `pixel`.
  @inline(never)
  func run(padded origin: Int, _ pixel: Int) {
    columns(
      source + origin, problem.stride.width * problem.channels, problem.taps, pixel, problem.output.width)
  }

  /// Output columns whose windows lie inside the image.
  @inline(__always)
  static func inside(_ problem: PixelProblem<Element>) -> (first: Int, end: Int) {
    let stride: Int = problem.stride.width
    let padding: Int = problem.padding.width
    let reach: Int = (problem.kernel.width - 1) * problem.dilation.width
    let first: Int = smaller(problem.output.width, ceilDivide(larger(0, padding), stride))
    let room: Int = problem.input.width - reach + padding
    let end: Int = room > 0 ? smaller(problem.output.width, ceilDivide(room, stride)) : 0
    return (first, larger(first, end))
  }

  /// A row that reads the image where it lies.
  @inline(never)
  func run(_ slice: Int, _ row: Int, _ pixel: Int) {
    let pitch: Int = problem.stride.width * problem.inputPixel
    let inside = Self.inside(problem)
    var column: Int = 0
    while column < problem.output.width {
      let isInside: Bool = column >= inside.first && column < inside.end
      let count: Int = isInside ? inside.end - inside.first : 1
      let tapCount: Int = list(slice, row, column)
      columns(source + column * pitch, pitch, tapCount, pixel + column, count)
      column += count
    }
  }

  /// Lists the taps of the window at `column` that lie inside; places count from `column * stride` of the image's
  /// first row.
  private func list(_ slice: Int, _ row: Int, _ column: Int) -> Int {
    var count: Int = 0
    for tz in 0..<problem.kernel.depth {
      let z: Int = slice * problem.stride.depth - problem.padding.depth + tz * problem.dilation.depth
      if z < 0 || z >= problem.input.depth { continue }
      for ty in 0..<problem.kernel.height {
        let y: Int = row * problem.stride.height - problem.padding.height + ty * problem.dilation.height
        if y < 0 || y >= problem.input.height { continue }
        for tx in 0..<problem.kernel.width {
          let shift: Int = tx * problem.dilation.width - problem.padding.width
          let x: Int = column * problem.stride.width + shift
          if x < 0 || x >= problem.input.width { continue }
          taps[2 * count] =
            ((z * problem.input.height + y) * problem.input.width + shift) * problem.inputPixel
          let tap: Int = (tz * problem.kernel.height + ty) * problem.kernel.width + tx
          taps[2 * count + 1] = tap * width
          count += 1
        }
      }
    }
    return count
  }

  /// `count` columns that share the list of taps, `pitch` apart.
  @inline(__always)
  private func columns(
    _ from: UnsafePointer<Element>, _ pitch: Int, _ tapCount: Int, _ pixel: Int, _ count: Int
  ) {
    let isDirect: Bool = !finish.isLate && problem.channels == width
    var ending = PixelEnding<Lanes>()
    if isDirect {
      finish.clamp(&ending)
      ending.residualPitch = finish.residualPixel
      ending.residualScale = Lanes.splat(finish.residualScale)
    }
    var operands = DepthwiseOperands<Element>(
      taps: UnsafePointer(taps), tapCount: tapCount, source: from, pitch: pitch, weights: weights,
      width: width, channels: problem.channels, bias: nil, biasScale: finish.biasScale, residual: nil,
      out: tile, outPitch: width)
    if let bias = finish.bias { operands.bias = bias + column }
    let parts: Int = ceilDivide(count, depthwiseTileColumns)
    var done: Int = 0
    for index in 0..<parts {
      let part: Int = (count - done) / (parts - index)
      if isDirect {
        operands.out = finish.y + (pixel + done) * finish.yPixel + column
        operands.outPitch = finish.yPixel
        if let residual = finish.residual {
          operands.residual = residual + (pixel + done) * finish.residualPixel + column
        }
      }
      runDepthwiseTile(Lanes.self, part, &operands, &ending)
      if !isDirect { finish.run(tile, width, pixel + done, part, column, problem.channels) }
      operands.source += part * pitch
      done += part
    }
  }
}
