internal import KernelInterface

/// Depthwise convolution, channels-last: every output channel is one kernel over the input channel of the same
/// number. Channels are divided into chunks of a few registers, so that the rows that an output row reads stay in the
/// first-level cache; a task is a band of output rows for a range of chunks. Tiles of neighbouring output columns are
/// summed tap by tap where the input lies, border columns one by one with the taps inside the image. Where borders
/// are much of the image, or there is a prologue, what the band reads is copied into a padded block (`PixelBlock`).
/// Weights are packed as [chunk][tap][channel of the chunk], the last chunk's channels filled up to whole registers.
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
  private var chunkBlock: Int
  private var chunkBlocks: Int
  private var band: Int
  private var bands: Int

  private static var taskWork: Int { 1 << 17 }
  private static var wantedTasks: Int { 16 }
  /// Elements of the rows that an output row reads, and of a block.
  private static var rowElements: Int { 6 * 1024 }
  private static var blockElements: Int { 48 * 1024 }
  private static var mostRegisters: Int { 4 }
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
    let one = PixelBlock<Lanes>(arguments, self.problem, band: 1)
    let registers: Int = ceilDivide(channels, Lanes.count)
    var fitting: Int = larger(1, smaller(Self.mostRegisters, Self.rowElements / larger(1, one.count)))
    if !copies { fitting = registers }
    // Chunks of equal size.
    width = ceilDivide(registers, larger(1, ceilDivide(registers, fitting))) * Lanes.count
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

  /// Borders are costly where they are much of the image, and are read by many taps. Registers that are not full
  /// must not be read past the image.
  private static func copies(_ problem: PixelProblem<Element>, _ channels: Int) -> Bool {
    guard channels % Lanes.count == 0 else { return true }
    let inside = DepthwiseLine<Lanes>.inside(problem)
    let border: Int = problem.output.width - (inside.end - inside.first)
    return 4 * border > problem.output.width
  }

  private var tapBytes: Int { roundUp(2 * problem.taps * MemoryLayout<Int>.stride, 64) }
  private var tileElements: Int { depthwiseTileColumns * width }

  /// Whole registers are read past the last pixel's channels.
  func scratchBytes() -> Int {
    var elements: Int = tileElements + width
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
    let pixel: Int = plane * problem.output.height * problem.output.width
    let tile: UnsafeMutablePointer<Element> = (scratch + tapBytes).assumingMemoryBound(to: Element.self)
    for chunk in firstChunk..<smaller(chunks, firstChunk + chunkBlock) {
      let first: Int = chunk * width
      var part: PixelProblem<Element> = problem
      part.channels = smaller(width, channels - first)
      var line = DepthwiseLine<Lanes>(
        problem: part, finish: finish, source: x + image * problem.inputImage + first,
        weights: weights + first * problem.taps, column: first, width: roundUp(part.channels, Lanes.count),
        taps: scratch.assumingMemoryBound(to: Int.self), tile: tile)
      if copies || !arguments.pointee.prologue.isEmpty {
        let padded: UnsafeMutablePointer<Element> = tile + tileElements
        let block = PixelBlock<Lanes>(arguments, part, band: band)
        block.fill(image, channel: first, slice, firstRow, padded)
        line.source = UnsafePointer(padded)
        line.list(block)
        for row in firstRow..<end {
          line.run(padded: block.origin(row - firstRow, 0), pixel + row * problem.output.width)
        }
      } else {
        for row in firstRow..<end { line.run(slice, row, pixel + row * problem.output.width) }
      }
    }
  }
}
