internal import KernelInterface

/// A channels-last convolution as a product of pixels and weights: Y [pixels, outputs] = P [pixels, depth] W,
/// where depth is taps outside, channels inside. Pixels are read where they lie if the convolution is
/// pointwise, else a block of patches is written to scratch. Sums of a block of depth but the last wait in
/// scratch. Weights are panels of two registers of outputs (one, for the last outputs), each of the whole
/// depth.
struct PixelProduct<Lanes: ProductLanes> {
  typealias Element = Lanes.Element
  typealias Arguments = UnsafePointer<ConvolutionArguments<Element>>
  typealias Tiles = PitchedTiles<Lanes>

  var arguments: Arguments
  var problem: PixelProblem<Element>
  var depth: Int
  var partition: PixelPartition
  private var isInPlace: Bool

  init(_ arguments: Arguments, _ problem: PixelProblem<Element>) {
    self.arguments = arguments
    self.problem = problem
    depth = problem.taps * problem.channels
    isInPlace = problem.isPointwise && problem.inputChannel == 1 && arguments.pointee.prologue.isEmpty
    partition = PixelPartition(
      rows: problem.outputPixels, columns: problem.outputs, depth: depth, panelColumns: Tiles.columns,
      tileRows: Tiles.rows, products: problem.groups, copies: !isInPlace)
  }

  /// Elements of the packed weights of one group.
  private var groupWeights: Int { roundUp(problem.outputs, Lanes.count) * depth }

  var packedWeightsCount: Int { problem.groups * groupWeights }

  func packWeights(_ weights: UnsafePointer<Element>, _ destination: UnsafeMutablePointer<Element>) {
    let taps: Int = problem.taps
    for group in 0..<problem.groups {
      let from: UnsafePointer<Element> = weights + group * problem.outputs * problem.channels * taps
      var to: UnsafeMutablePointer<Element> = destination + group * groupWeights
      var output: Int = 0
      while output < problem.outputs {
        let count: Int = smaller(Tiles.columns, problem.outputs - output)
        let width: Int = roundUp(count, Lanes.count)
        for tap in 0..<taps {
          packPanel(
            Lanes.self, from + output * problem.channels * taps + tap, problem.channels * taps, taps, count,
            width, problem.channels, to + tap * problem.channels * width)
        }
        to += width * depth
        output += Tiles.columns
      }
    }
  }

  func taskCount() -> Int {
    problem.isEmpty ? 0 : problem.groups * partition.count
  }

  /// Patches do not begin at equal places of the first-level cache.
  private var patchPitch: Int {
    partition.depthBlock % 256 == 0 ? partition.depthBlock + Lanes.count : partition.depthBlock
  }

  private var tileElements: Int { Tiles.rows * Tiles.columns }
  private var sumElements: Int {
    partition.depthBlock < depth ? partition.rowBlock * partition.panelBlock * Tiles.columns : 0
  }

  func scratchBytes() -> Int {
    let patches: Int = isInPlace ? 0 : partition.rowBlock * patchPitch
    let elements: Int = tileElements + sumElements + patches
    return elements * MemoryLayout<Element>.stride + 128
  }

  @inline(never)
  func run(_ task: Int, _ scratch: UnsafeMutableRawPointer) {
    guard let x = arguments.pointee.x, let weights = arguments.pointee.packedWeights else { return }
    guard let finish = PixelFinish<Lanes>(arguments, problem) else { return }
    let group: Int = task / partition.count
    let block: Int = task % partition.count
    let firstRow: Int = block % partition.rowBlocks * partition.rowBlock
    let rows: Int = smaller(partition.rowBlock, partition.rows - firstRow)
    let firstPanel: Int = block / partition.rowBlocks * partition.panelBlock
    let panelEnd: Int = smaller(partition.panels, firstPanel + partition.panelBlock)
    let segments: UnsafeMutablePointer<Int> = scratch.assumingMemoryBound(to: Int.self)
    segments[0] = 0
    let tile: UnsafeMutablePointer<Element> = (scratch + 64).assumingMemoryBound(to: Element.self)
    let sums: UnsafeMutablePointer<Element> = tile + tileElements
    let patches: UnsafeMutablePointer<Element> = sums + sumElements
    let reader = PixelPatches<Lanes>(
      arguments: arguments, problem: problem, firstChannel: group * problem.channels)

    var part: Int = 0
    while part < depth {
      let count: Int = smaller(partition.depthBlock, depth - part)
      var source: UnsafePointer<Element> = UnsafePointer(patches)
      var pitch: Int = patchPitch
      if isInPlace {
        source = x + firstRow * problem.inputPixel + group * problem.channels + part
        pitch = problem.inputPixel
      } else {
        reader.write(firstRow, rows, part, count, patches, pitch)
      }
      for panel in firstPanel..<panelEnd {
        let column: Int = panel * Tiles.columns
        let columns: Int = smaller(Tiles.columns, problem.outputs - column)
        let width: Int = columns > Lanes.count ? Tiles.columns : Lanes.count
        let from: UnsafePointer<Element> =
          weights + group * groupWeights + column * depth + part * width
        let step = Step(
          source: source, pitch: pitch, depth: count, weights: from,
          ahead: from + (panel + 1 < panelEnd ? depth * Tiles.columns : count * width), isFirst: part == 0,
          isLast: part + count == depth, firstRow: firstRow, rows: rows,
          column: group * problem.outputs + column, columns: columns, width: width,
          segments: UnsafePointer(segments),
          sums: sums + (panel - firstPanel) * partition.rowBlock * Tiles.columns, tile: tile)
        multiply(step, finish)
      }
      part += count
    }
  }

  /// One panel and one part of depth for a block of pixels.
  private struct Step {
    var source: UnsafePointer<Element>
    var pitch: Int
    var depth: Int
    var weights: UnsafePointer<Element>
    var ahead: UnsafePointer<Element>
    var isFirst: Bool
    var isLast: Bool
    var firstRow: Int
    var rows: Int
    var column: Int
    var columns: Int
    var width: Int
    var segments: UnsafePointer<Int>
    var sums: UnsafeMutablePointer<Element>
    var tile: UnsafeMutablePointer<Element>
  }

  @inline(__always)
  private func multiply(_ step: Step, _ finish: PixelFinish<Lanes>) {
    var ending: TileEnding<Lanes> = finish.ending(step.column, step.columns)
    ending.continues = !step.isFirst
    // Straight into Y where all registers are full and the activation is a clamp.
    let isDirect: Bool = step.isLast && step.columns == step.width && !finish.isLate
    if isDirect {
      finish.clamp(&ending)
      ending.residualPitch = finish.residualPixel
      ending.residualScale = Lanes.splat(finish.residualScale)
    }
    let tiles: Int = ceilDivide(step.rows, Tiles.rows)
    let aheadStep: Int = PitchedTileOperands<Element>.aheadStep(tiles, step.width)
    var operands = PitchedTileOperands<Element>(
      depth: step.depth, segments: step.segments, source: step.source, pitch: step.pitch,
      weights: step.weights,
      start: UnsafePointer(step.sums), startPitch: step.width, out: step.tile, outPitch: step.width,
      ahead: step.ahead, aheadStep: aheadStep)
    var row: Int = 0
    for index in 0..<tiles {
      let count: Int = (step.rows - row) / (tiles - index)
      if isDirect {
        operands.out = finish.y + (step.firstRow + row) * finish.yPixel + step.column
        operands.outPitch = finish.yPixel
        if let residual = finish.residual {
          ending.residual = residual + (step.firstRow + row) * finish.residualPixel + step.column
        }
      } else if !step.isLast {
        operands.out = step.sums + row * step.width
      }
      operands.start = UnsafePointer(step.sums + row * step.width)
      Tiles.run(count, step.width / Lanes.count, &operands, &ending)
      if step.isLast && !isDirect {
        finish.run(step.tile, step.width, step.firstRow + row, count, step.column, step.columns)
      }
      operands.source += count * step.pitch
      operands.ahead += (step.depth / 4) * aheadStep
      row += count
    }
  }
}
