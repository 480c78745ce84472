internal import KernelInterface

/// Depthwise convolution, channels-last: every output channel is one kernel over the input channel of the
/// same number. A task is a band of output rows for some chunks of a few registers of channels; strips of its
/// columns are as wide as keeps the rows that an output row reads in the first-level cache (`DepthwiseBand`).
/// The input is read where it lies, columns outside the image as a register of zeros; where there is a
/// prologue, or registers are not full, or a kernel has depth, what the band reads is copied into a padded
/// block (`PixelBlock`). Weights are packed as [chunk][tap][channel of the chunk], the last chunk's channels
/// filled up to whole registers.
struct PixelDepthwise<Lanes: ProductLanes> {
  typealias Element = Lanes.Element
  typealias Arguments = UnsafePointer<ConvolutionArguments<Element>>

  private var arguments: Arguments
  /// One group of the channels of a chunk.
  private var problem: PixelProblem<Element>
  private var channels: Int
  /// Whether its sizes ask for a padded block.
  private var copies: Bool
  /// Channels of a chunk, whole registers.
  private var width: Int
  private var chunks: Int
  /// Output columns of a strip.
  private var strip: Int
  private var chunkBlock: Int
  private var chunkBlocks: Int
  private var band: Int
  private var bands: Int

  private static var taskWork: Int { 1 << 16 }
  private static var wantedTasks: Int { 16 }
  /// Elements of the rows that an output row reads, and of a block.
  private static var rowElements: Int { 6 * 1024 }
  private static var blockElements: Int { 48 * 1024 }
  /// Registers of a chunk: as many as a pair of cache lines, which are brought in together, where the image
  /// comes from beyond the second-level cache.
  private static var mostRegisters: Int { 4 }
  private static var farRegisters: Int { larger(1, 128 / MemoryLayout<Lanes.Vector>.size) }
  private static var nearElements: Int { 256 * 1024 }
  /// Output rows of a band that is not divided for the sake of more tasks.
  private static var wholeBand: Int { 16 }

  init(_ arguments: Arguments, _ problem: PixelProblem<Element>) {
    self.arguments = arguments
    self.problem = problem
    channels = problem.groups
    self.problem.groups = 1
    self.problem.channels = Lanes.count
    copies = Self.copies(self.problem, channels)
    let height: Int = problem.output.height
    let registers: Int = ceilDivide(channels, Lanes.count)
    // Chunks of equal size.
    let isFar: Bool = problem.input.height * problem.input.width * channels > Self.nearElements
    let fitting: Int = isFar ? Self.farRegisters : Self.mostRegisters
    width = ceilDivide(registers, larger(1, ceilDivide(registers, fitting))) * Lanes.count
    strip = Self.strip(self.problem, width)
    chunks = larger(1, ceilDivide(channels, width))
    self.problem.channels = width
    self.problem.outputs = width
    let lines: Int = larger(1, problem.batch * problem.output.depth)
    let work: Int = lines * height * problem.output.width * channels * problem.taps
    let wanted: Int = smaller(Self.wantedTasks, work / Self.taskWork)
    let whole = PixelBlock<Lanes>(arguments, self.problem, band: height)
    var rowParts: Int = larger(1, smaller(height, ceilDivide(whole.count, Self.blockElements)))
    var chunkParts: Int = 1
    while lines * rowParts * chunkParts < wanted {
      if height / rowParts >= Self.wholeBand {
        rowParts *= 2
      } else if chunks / chunkParts >= 2 {
        chunkParts *= 2
      } else if height / rowParts >= 4 {
        rowParts *= 2
      } else {
        break
      }
    }
    band = larger(1, ceilDivide(height, rowParts))
    bands = larger(1, ceilDivide(height, band))
    chunkBlock = ceilDivide(chunks, chunkParts)
    chunkBlocks = ceilDivide(chunks, chunkBlock)
  }

  var packedWeightsCount: Int { problem.taps * roundUp(channels, Lanes.count) }

  func packWeights(_ weights: UnsafePointer<Element>, _ destination: UnsafeMutablePointer<Element>) {
    var first: Int = 0
    while first < channels {
      let columns: Int = smaller(width, roundUp(channels - first, Lanes.count))
      var to: UnsafeMutablePointer<Element> = destination + first * problem.taps
      for tap in 0..<problem.taps {
        for column in 0..<columns {
          let channel: Int = first + column
          to[column] = channel < channels ? weights[channel * problem.taps + tap] : 0
        }
        to += columns
      }
      first += width
    }
  }

  func taskCount() -> Int {
    problem.isEmpty ? 0 : problem.batch * problem.output.depth * bands * chunkBlocks
  }

  /// Registers that are not full must not be read past the image, and tiles know of as many columns outside
  /// the image as a kernel has beside its middle.
  private static func copies(_ problem: PixelProblem<Element>, _ channels: Int) -> Bool {
    let beside: Int = problem.kernel.width / 2
    let last: Int =
      (problem.output.width - 1) * problem.stride.width + (problem.kernel.width - 1) * problem.dilation.width
    let beyond: Int = last - problem.padding.width - (problem.input.width - 1)
    let isKnown: Bool = problem.padding.width <= beside && beyond <= beside
    let isSingle: Bool = DepthwiseTiles<Lanes>(problem).isSingle
    return channels % Lanes.count != 0 || problem.kernel.depth > 1 || !(isKnown || isSingle)
  }

  /// Output columns that keep what they read, and the rows below, in the first-level cache; whole tiles.
  private static func strip(_ problem: PixelProblem<Element>, _ width: Int) -> Int {
    let tile: Int = DepthwiseTiles<Lanes>.columns
    let reach: Int = (problem.kernel.width - 1) * problem.dilation.width + 1
    let inputs: Int = rowElements / larger(1, problem.kernel.depth * problem.kernel.height * width)
    let columns: Int = larger(tile, (inputs - reach) / problem.stride.width + 1)
    let tiles: Int = ceilDivide(problem.output.width, tile)
    return larger(1, ceilDivide(tiles, ceilDivide(problem.output.width, columns))) * tile
  }

  private var tapBytes: Int { roundUp(3 * problem.taps * MemoryLayout<Int>.stride, 64) }
  private var tileElements: Int { larger(strip * width, DepthwiseBand<Lanes>.waitingElements) }

  /// Whole registers are read past the last pixel's channels.
  func scratchBytes() -> Int {
    var elements: Int = Lanes.count + tileElements + width
    if copies || !arguments.pointee.prologue.isEmpty {
      elements += PixelBlock<Lanes>(arguments, problem, band: band).count
    }
    return tapBytes + elements * MemoryLayout<Element>.stride
  }

  @inline(never)
  func run(_ task: Int, _ scratch: UnsafeMutableRawPointer) {
    guard let x = arguments.pointee.x, let weights = arguments.pointee.packedWeights else { return }
    guard let finish = PixelFinish<Lanes>(arguments, problem) else { return }
    let firstRow: Int = task % bands * band
    let end: Int = smaller(firstRow + band, problem.output.height)
    let firstChunk: Int = task / bands % chunkBlocks * chunkBlock
    let plane: Int = task / bands / chunkBlocks
    let image: Int = plane / problem.output.depth
    let slice: Int = plane % problem.output.depth
    let pixel: Int = (plane * problem.output.height + firstRow) * problem.output.width
    let place = DepthwisePlace<Lanes>(scratch, tapBytes: tapBytes)
    for chunk in firstChunk..<smaller(chunks, firstChunk + chunkBlock) {
      let first: Int = chunk * width
      var part: PixelProblem<Element> = problem
      part.channels = smaller(width, channels - first)
      let from: UnsafePointer<Element> = weights + first * problem.taps
      if copies || !arguments.pointee.prologue.isEmpty {
        let padded: UnsafeMutablePointer<Element> = place.tile + tileElements
        let block = PixelBlock<Lanes>(arguments, part, band: band)
        block.fill(image, channel: first, slice, firstRow, padded)
        var rows = DepthwiseBand<Lanes>(
          part, finish, column: first, pixel: pixel, rows: end - firstRow, strip: strip, block: block,
          source: UnsafePointer(padded), weights: from, place: place)
        rows.run()
      } else {
        var rows = DepthwiseBand<Lanes>(
          part, finish, column: first, pixel: pixel, row: firstRow, rows: end - firstRow, strip: strip,
          source: x + image * problem.inputImage + first, weights: from, place: place)
        rows.run()
      }
    }
  }
}
