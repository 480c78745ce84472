internal import KernelInterface

/// Depthwise convolution, channels-last: every output channel is one kernel over the input channel of the same
/// number. A task is a band of output rows. Tiles of neighbouring output columns are summed tap by tap for a register
/// of channels, reading the input where it lies; columns whose windows reach past the image go one by one with the
/// taps that lie inside. With a prologue a padded block is written first.
/// Weights are packed as [tap][channel].
struct PixelDepthwise<Lanes: ProductLanes> {
  typealias Element = Lanes.Element
  typealias Arguments = UnsafePointer<ConvolutionArguments<Element>>

  var arguments: Arguments
  /// One group of all channels.
  var problem: PixelProblem<Element>
  var band: Int
  var bands: Int

  private static var taskWork: Int { 1 << 18 }
  private static var wantedTasks: Int { 16 }

  init(_ arguments: Arguments, _ problem: PixelProblem<Element>) {
    self.arguments = arguments
    self.problem = problem
    self.problem.channels = problem.groups
    self.problem.outputs = problem.groups
    self.problem.groups = 1
    let lines: Int = larger(1, problem.batch * problem.output.depth)
    let work: Int = lines * problem.output.height * problem.output.width * problem.groups * problem.taps
    let wanted: Int = smaller(Self.wantedTasks, larger(1, work / Self.taskWork))
    band = larger(1, ceilDivide(problem.output.height, ceilDivide(wanted, lines)))
    bands = larger(1, ceilDivide(problem.output.height, band))
  }

  private var channels: Int { problem.channels }

  var packedWeightsCount: Int { problem.taps * channels }

  func packWeights(_ weights: UnsafePointer<Element>, _ destination: UnsafeMutablePointer<Element>) {
    for tap in 0..<problem.taps {
      for channel in 0..<channels {
        destination[tap * channels + channel] = weights[channel * problem.taps + tap]
      }
    }
  }

  func taskCount() -> Int {
    problem.isEmpty ? 0 : problem.batch * problem.output.depth * bands
  }

  private var block: PixelBlock<Lanes> { PixelBlock<Lanes>(arguments, problem, band: band) }

  private var tapBytes: Int { roundUp(2 * problem.taps * MemoryLayout<Int>.stride, 64) }

  func scratchBytes() -> Int { tapBytes + block.count * MemoryLayout<Element>.stride + 64 }

  @inline(never)
  func run(_ task: Int, _ scratch: UnsafeMutableRawPointer) {
    guard let x = arguments.pointee.x, let weights = arguments.pointee.packedWeights else { return }
    guard let finish = PixelFinish<Lanes>(arguments, problem) else { return }
    let first: Int = task % bands * band
    let plane: Int = task / bands
    let image: Int = plane / problem.output.depth
    let slice: Int = plane % problem.output.depth
    let taps: UnsafeMutablePointer<Int> = scratch.assumingMemoryBound(to: Int.self)
    let isCopied: Bool = !arguments.pointee.prologue.isEmpty
    var line = DepthwiseLine<Lanes>(
      problem: problem, finish: finish, weights: weights, source: x + image * problem.inputImage, taps: taps)
    let block: PixelBlock<Lanes> = block
    if isCopied {
      let padded: UnsafeMutablePointer<Element> = (scratch + tapBytes).assumingMemoryBound(to: Element.self)
      block.fill(image, 0, slice, first, padded)
      line.source = UnsafePointer(padded)
    }
    for row in first..<smaller(first + band, problem.output.height) {
      let pixel: Int = (plane * problem.output.height + row) * problem.output.width
      if isCopied {
        line.run(block: block, row - first, pixel)
      } else {
        line.run(slice, row, pixel)
      }
    }
  }
}

/// Rows of a depthwise convolution.
struct DepthwiseLine<Lanes: ProductLanes> {
  typealias Element = Lanes.Element

  var problem: PixelProblem<Element>
  var finish: PixelFinish<Lanes>
  var weights: UnsafePointer<Element>
  /// The image, or a padded block.
  var source: UnsafePointer<Element>
  var taps: UnsafeMutablePointer<Int>

  /// A row that reads a padded block, in which every tap exists.
  @inline(__always)
  func run(block: PixelBlock<Lanes>, _ row: Int, _ pixel: Int) {
    var count: Int = 0
    for tap in 0..<problem.taps {
      let z: Int = tap / problem.kernel.width / problem.kernel.height
      let y: Int = tap / problem.kernel.width % problem.kernel.height * problem.dilation.height
      let x: Int = tap % problem.kernel.width * problem.dilation.width
      taps[2 * count] = z * block.slice + y * block.row + x * block.pixel
      taps[2 * count + 1] = tap * problem.channels
      count += 1
    }
    columns(
      source + block.origin(row, 0), problem.stride.width * block.pixel, count, pixel, problem.output.width)
    activate(pixel)
  }

  /// A row that reads the image where it lies.
  @inline(__always)
  func run(_ slice: Int, _ row: Int, _ pixel: Int) {
    let width: Int = problem.output.width
    let stride: Int = problem.stride.width
    let padding: Int = problem.padding.width
    let reach: Int = (problem.kernel.width - 1) * problem.dilation.width
    // Windows of columns low ..< high lie inside the image.
    let low: Int = smaller(width, ceilDivide(larger(0, padding), stride))
    let room: Int = problem.input.width - reach + padding
    let high: Int = larger(low, room > 0 ? smaller(width, ceilDivide(room, stride)) : 0)
    var column: Int = 0
    while column < width {
      let isInside: Bool = column >= low && column < high
      let count: Int = isInside ? high - low : 1
      let tapCount: Int = list(slice, row, column)
      let from: UnsafePointer<Element> = source + column * stride * problem.inputPixel
      columns(from, stride * problem.inputPixel, tapCount, pixel + column, count)
      column += count
    }
    activate(pixel)
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
          taps[2 * count + 1] = tap * problem.channels
          count += 1
        }
      }
    }
    return count
  }

  /// Columns that share a list of taps.
  @inline(__always)
  private func columns(
    _ from: UnsafePointer<Element>, _ pitch: Int, _ tapCount: Int, _ pixel: Int, _ count: Int
  ) {
    typealias One = DepthwiseColumn<Lanes>
    typealias Two = DepthwisePair<One>
    typealias Four = DepthwisePair<Two>
    typealias Eight = DepthwisePair<Four>
    var ending = PixelEnding<Lanes>()
    if !finish.isLate { finish.clamp(&ending) }
    ending.residualPitch = finish.residualPixel
    ending.residualScale = Lanes.splat(finish.residualScale)
    var operands = DepthwiseOperands<Element>(
      taps: UnsafePointer(taps), tapCount: tapCount, source: from, pitch: pitch, weights: weights,
      bias: finish.bias, biasScale: finish.biasScale, residual: nil, out: finish.y + pixel * finish.yPixel,
      outPitch: finish.yPixel, channels: problem.channels)
    if let residual = finish.residual { operands.residual = residual + pixel * finish.residualPixel }
    var done: Int = 0
    while done < count {
      let left: Int = count - done
      var width: Int = 1
      if left >= 8 {
        depthwiseTile(Eight.self, &operands, &ending)
        width = 8
      } else if left >= 4 {
        depthwiseTile(Four.self, &operands, &ending)
        width = 4
      } else if left >= 2 {
        depthwiseTile(Two.self, &operands, &ending)
        width = 2
      } else {
        depthwiseTile(One.self, &operands, &ending)
      }
      operands.source += width * pitch
      operands.out += width * finish.yPixel
      if let residual = operands.residual { operands.residual = residual + width * finish.residualPixel }
      done += width
    }
  }

  /// Applies an activation that is more than a clamp to a finished row.
  @inline(__always)
  private func activate(_ pixel: Int) {
    guard finish.isLate else { return }
    let isDense: Bool = finish.yPixel == problem.channels
    let runs: Int = isDense ? 1 : problem.output.width
    let length: Int = isDense ? problem.output.width * problem.channels : problem.channels
    for run in 0..<runs {
      Lanes.activate(
        finish.activation, finish.parameter0, finish.parameter1, finish.y + (pixel + run) * finish.yPixel,
        length)
    }
  }
}
