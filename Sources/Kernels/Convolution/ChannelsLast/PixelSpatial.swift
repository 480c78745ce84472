internal import KernelInterface

/// A channels-last convolution with a spatial kernel: a task copies what a band of output rows reads into a
/// padded block (`PixelBlock`) and multiplies tiles of neighbouring output columns with panels of weights,
/// reading every tap where it lies in the block. Weights are packed as `PixelProduct` does, depth in the
/// order of the block: channels inside for a channels-last input, columns of the kernel inside for a
/// channels-first one.
struct PixelSpatial<Lanes: ProductLanes> {
  typealias Element = Lanes.Element
  typealias Arguments = UnsafePointer<ConvolutionArguments<Element>>
  typealias Tiles = PitchedTiles<Lanes>

  var arguments: Arguments
  var problem: PixelProblem<Element>
  var depth: Int
  var panels: Int
  /// Output rows of a band, bands of an output slice.
  var band: Int
  var bands: Int
  var panelBlock: Int
  var panelBlocks: Int

  /// Elements of a block.
  private static var blockElements: Int { 96 * 1024 }
  private static var sharedWeights: Int { 160 * 1024 }
  private static var taskWork: Int { 1 << 20 }
  private static var wantedTasks: Int { 16 }

  init(_ arguments: Arguments, _ problem: PixelProblem<Element>) {
    self.arguments = arguments
    self.problem = problem
    depth = problem.taps * problem.channels
    panels = ceilDivide(problem.outputs, Tiles.columns)
    let height: Int = problem.output.height
    let copies: Int = problem.batch * problem.groups * problem.output.depth
    let line: Int = PixelBlock<Lanes>(arguments, problem, band: 1).count / larger(1, problem.kernel.height)
    let most: Int = Self.blockElements / larger(1, line * problem.stride.height) - problem.kernel.height + 1
    var rowParts: Int = ceilDivide(height, larger(1, most))
    var panelParts: Int = 1
    let work: Int = copies * height * problem.output.width * problem.outputs * larger(1, depth)
    let wanted: Int = smaller(Self.wantedTasks, work / Self.taskWork)
    while copies * rowParts * panelParts < wanted {
      let rows: Int = height / rowParts
      let width: Int = panels / panelParts
      let sharesWeights: Bool = width * Tiles.columns * depth <= Self.sharedWeights
      if rows >= 4 && sharesWeights {
        rowParts *= 2
      } else if width >= 4 {
        panelParts *= 2
      } else if rows >= 4 && panels * Tiles.columns * depth <= 8 * Self.sharedWeights {
        rowParts *= 2
      } else if width >= 2 {
        panelParts *= 2
      } else if rows >= 2 {
        rowParts *= 2
      } else {
        break
      }
    }
    band = larger(1, ceilDivide(height, rowParts))
    bands = larger(1, ceilDivide(height, band))
    panelBlock = larger(1, ceilDivide(panels, panelParts))
    panelBlocks = larger(1, ceilDivide(panels, panelBlock))
  }

  private var block: PixelBlock<Lanes> { PixelBlock<Lanes>(arguments, problem, band: band) }
  private var groupWeights: Int { roundUp(problem.outputs, Lanes.count) * depth }
  private var tileElements: Int { Tiles.rows * Tiles.columns }

  var packedWeightsCount: Int { problem.groups * groupWeights }

  func packWeights(_ weights: UnsafePointer<Element>, _ destination: UnsafeMutablePointer<Element>) {
    let product = PixelProduct<Lanes>(arguments, problem)
    guard problem.inputChannel != 1 else {
      product.packWeights(weights, destination)
      return
    }
    // Depth as ONNX orders it.
    for group in 0..<problem.groups {
      var output: Int = 0
      while output < problem.outputs {
        let count: Int = smaller(Tiles.columns, problem.outputs - output)
        packPanel(
          Lanes.self, weights + (group * problem.outputs + output) * depth, depth, 1, count,
          roundUp(count, Lanes.count), depth, destination + group * groupWeights + output * depth)
        output += Tiles.columns
      }
    }
  }

  func taskCount() -> Int {
    problem.isEmpty
      ? 0 : problem.batch * problem.output.depth * problem.groups * bands * panelBlocks
  }

  private var segmentBytes: Int { roundUp(block.segmentCount * MemoryLayout<Int>.stride, 64) }

  func scratchBytes() -> Int {
    segmentBytes + (tileElements + block.count) * MemoryLayout<Element>.stride + 64
  }

  @inline(never)
  func run(_ task: Int, _ scratch: UnsafeMutableRawPointer) {
    guard let weights = arguments.pointee.packedWeights else { return }
    guard let finish = PixelFinish<Lanes>(arguments, problem) else { return }
    let block: PixelBlock<Lanes> = block
    let firstRow: Int = task % bands * band
    let firstPanel: Int = task / bands % panelBlocks * panelBlock
    let rest: Int = task / bands / panelBlocks
    let group: Int = rest % problem.groups
    let plane: Int = rest / problem.groups
    let segments: UnsafeMutablePointer<Int> = scratch.assumingMemoryBound(to: Int.self)
    let tile: UnsafeMutablePointer<Element> =
      (scratch + segmentBytes).assumingMemoryBound(to: Element.self)
    let padded: UnsafeMutablePointer<Element> = tile + tileElements
    block.segments(segments)
    block.fill(
      plane / problem.output.depth, channel: group * problem.channels, plane % problem.output.depth, firstRow,
      padded)
    let rows: Int = smaller(band, problem.output.height - firstRow)
    let pixel: Int = (plane * problem.output.height + firstRow) * problem.output.width
    let panelEnd: Int = smaller(panels, firstPanel + panelBlock)
    for panel in firstPanel..<panelEnd {
      let column: Int = panel * Tiles.columns
      let columns: Int = smaller(Tiles.columns, problem.outputs - column)
      let width: Int = columns > Lanes.count ? Tiles.columns : Lanes.count
      let from: UnsafePointer<Element> = weights + group * groupWeights + column * depth
      let step = Step(
        segments: UnsafePointer(segments), weights: from, pixel: pixel, rows: rows,
        column: group * problem.outputs + column, columns: columns, width: width,
        block: UnsafePointer(padded), tile: tile)
      multiply(step, block, finish)
    }
  }

  /// One panel for a band.
  private struct Step {
    var segments: UnsafePointer<Int>
    var weights: UnsafePointer<Element>
    var pixel: Int
    var rows: Int
    var column: Int
    var columns: Int
    var width: Int
    var block: UnsafePointer<Element>
    var tile: UnsafeMutablePointer<Element>
  }

  @inline(__always)
  private func multiply(_ step: Step, _ block: PixelBlock<Lanes>, _ finish: PixelFinish<Lanes>) {
    var ending: TileEnding<Lanes> = finish.ending(step.column, step.columns)
    let isDirect: Bool = step.columns == step.width && !finish.isLate
    if isDirect {
      finish.clamp(&ending)
      ending.residualPitch = finish.residualPixel
      ending.residualScale = Lanes.splat(finish.residualScale)
    }
    let across: Int = ceilDivide(problem.output.width, Tiles.rows)
    let ahead: Int = PitchedTileOperands<Element>.aheadStep(across * step.rows, step.width)
    var operands = PitchedTileOperands<Element>(
      depth: block.segmentDepth, segments: step.segments, segmentCount: block.segmentCount,
      source: step.block, pitch: problem.stride.width * block.pixel, weights: step.weights,
      start: UnsafePointer(step.tile), startPitch: step.width, out: step.tile, outPitch: step.width,
      ahead: step.weights + depth * step.width, aheadStep: ahead)
    for row in 0..<step.rows {
      var column: Int = 0
      for index in 0..<across {
        let count: Int = (problem.output.width - column) / (across - index)
        let pixel: Int = step.pixel + row * problem.output.width + column
        operands.source = step.block + block.origin(row, column)
        if isDirect {
          operands.out = finish.y + pixel * finish.yPixel + step.column
          operands.outPitch = finish.yPixel
          if let residual = finish.residual {
            ending.residual = residual + pixel * finish.residualPixel + step.column
          }
        }
        Tiles.run(count, step.width / Lanes.count, &operands, &ending)
        if !isDirect { finish.run(step.tile, step.width, pixel, count, step.column, step.columns) }
        operands.ahead += (block.segmentDepth / 4) * block.segmentCount * ahead
        column += count
      }
    }
  }
}
