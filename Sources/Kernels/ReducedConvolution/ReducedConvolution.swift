internal import KernelInterface

/// A channels-last convolution as a product of pixels and weights in fewer bits: Y [pixels, outputs] =
/// P [pixels, depth] W for each group, where depth is taps outside, channels inside, and both operands are
/// words of several numbers of depth (`ReducedLanes`). A task gathers what a block of pixels reads, row by
/// row as f32's patches do, and encodes each row (`ReducedPixels`); tiles then read the rows where they lie.
/// Weights are panels of two registers of outputs (one, for the last outputs), each of the whole depth; those
/// that are quantized have scales and sums of integers for all outputs of the group after them.
struct ReducedConvolution<Lanes: ReducedLanes> {
  typealias Arguments = UnsafePointer<ConvolutionArguments<Float>>
  typealias Tiles = PitchedTiles<Lanes>

  var arguments: Arguments
  var problem: PixelProblem<Float>
  /// Numbers and words of a row.
  var depth: Int
  var words: Int
  var partition: PixelPartition

  /// Words of a block of rows, which stays in the second-level cache beside the weights.
  private static var blockWords: Int { 96 * 1024 }

  init(_ arguments: Arguments) {
    self.arguments = arguments
    problem = PixelProblem<Float>(arguments)
    depth = problem.taps * problem.channels
    words = ceilDivide(depth, Lanes.group)
    partition = PixelPartition(
      rows: problem.outputPixels, columns: problem.outputs, depth: words, panelColumns: Tiles.columns,
      tileRows: Tiles.rows, products: problem.groups, copies: true)
    let most: Int = larger(1, Self.blockWords / (larger(1, words) * Tiles.rows)) * Tiles.rows
    if partition.rowBlock > most {
      partition.rowBlock = most
      partition.rowBlocks = ceilDivide(partition.rows, most)
    }
  }

  /// Words of the weights of one group, without scales and with them.
  private var panelWords: Int { roundUp(problem.outputs, Lanes.count) * words }
  private var columns: Int { roundUp(problem.outputs, Tiles.columns) }
  private var groupWeights: Int { panelWords + (Lanes.isQuantized ? 2 * columns : 0) }

  var packedWeightsCount: Int { problem.groups * groupWeights }

  func packWeights(_ weights: UnsafePointer<Float>, _ destination: UnsafeMutablePointer<Float>) {
    for group in 0..<problem.groups {
      let to: UnsafeMutablePointer<Float> = destination + group * groupWeights
      let packing = ReducedTaps<Lanes>(
        weights: weights + group * problem.outputs * depth, taps: problem.taps, channels: problem.channels,
        outputStride: depth, tapStride: 1, channelStride: problem.taps)
      var output: Int = 0
      while output < problem.outputs {
        let count: Int = smaller(Tiles.columns, problem.outputs - output)
        let scales: UnsafeMutablePointer<Float>? = Lanes.isQuantized ? to + (panelWords + output) : nil
        packing.pack(
          output, count, roundUp(count, Lanes.count), to + output * words, scales: scales, columns: columns)
        output += Tiles.columns
      }
    }
  }

  func taskCount() -> Int { problem.isEmpty ? 0 : problem.groups * partition.count }

  /// Rows do not begin at equal places of the first-level cache.
  private var pitch: Int { words % 256 == 0 ? words + Lanes.count : words }

  private var tileElements: Int { Tiles.rows * Tiles.columns }
  private var sumElements: Int {
    partition.depthBlock < words ? partition.rowBlock * partition.panelBlock * Tiles.columns : 0
  }

  func scratchBytes() -> Int {
    let rows: Int = partition.rowBlock * (pitch + 2)
    let elements: Int = tileElements + sumElements + rows + ReducedPixels<Lanes>.scratchElements(depth)
    return elements * MemoryLayout<Float>.stride + 128
  }

  @inline(never)
  func run(_ task: Int, _ scratch: UnsafeMutableRawPointer) {
    guard let weights = arguments.pointee.packedWeights else { return }
    guard let finish = PixelFinish<F32Lanes>(arguments, problem) else { return }
    guard let opening = PixelFinish<Lanes>(arguments, problem) else { return }
    let group: Int = task / partition.count
    let block: Int = task % partition.count
    let firstRow: Int = block % partition.rowBlocks * partition.rowBlock
    let rows: Int = smaller(partition.rowBlock, partition.rows - firstRow)
    let firstPanel: Int = block / partition.rowBlocks * partition.panelBlock
    let panelEnd: Int = smaller(partition.panels, firstPanel + partition.panelBlock)
    let segments: UnsafeMutablePointer<Int> = scratch.assumingMemoryBound(to: Int.self)
    segments[0] = 0
    let tile: UnsafeMutablePointer<Float> = (scratch + 64).assumingMemoryBound(to: Float.self)
    let sums: UnsafeMutablePointer<Float> = tile + tileElements
    let encoded: UnsafeMutablePointer<Float> = sums + sumElements
    let scales: UnsafeMutablePointer<Float> = encoded + partition.rowBlock * pitch
    let zeros: UnsafeMutablePointer<Int32> = UnsafeMutableRawPointer(scales + partition.rowBlock)
      .assumingMemoryBound(to: Int32.self)
    let pixels = ReducedPixels<Lanes>(
      reader: PixelPatches<F32Lanes>(
        arguments: arguments, problem: problem, firstChannel: group * problem.channels),
      depth: depth, words: words)
    pixels.write(firstRow, rows, encoded, pitch, scales, zeros, scales + 2 * partition.rowBlock)

    let from: UnsafePointer<Float> = weights + group * groupWeights
    let scaling = ReducedPixelScaling<Lanes>(
      finish: finish, rowScales: UnsafePointer(scales), zeros: UnsafePointer(zeros),
      columnScales: from + panelWords, columnSums: from + (panelWords + columns),
      firstColumn: group * problem.outputs)
    var part: Int = 0
    while part < words {
      let count: Int = smaller(partition.depthBlock, words - part)
      for panel in firstPanel..<panelEnd {
        let column: Int = panel * Tiles.columns
        let columns: Int = smaller(Tiles.columns, problem.outputs - column)
        let width: Int = columns > Lanes.count ? Tiles.columns : Lanes.count
        let panelWeights: UnsafePointer<Float> = from + (column * words + part * width)
        let step = Step(
          source: UnsafePointer(encoded + part), depth: count, weights: panelWeights,
          ahead: panelWeights + (panel + 1 < panelEnd ? words * Tiles.columns : count * width),
          isFirst: part == 0, isLast: part + count == words, firstRow: firstRow, rows: rows, column: column,
          columns: columns, width: width, segments: UnsafePointer(segments),
          sums: sums + (panel - firstPanel) * partition.rowBlock * Tiles.columns, tile: tile)
        multiply(step, opening, finish, scaling)
      }
      part += count
    }
  }

  /// One panel and one part of depth for a block of pixels; `column` counts the group's outputs.
  private struct Step {
    var source: UnsafePointer<Float>
    var depth: Int
    var weights: UnsafePointer<Float>
    var ahead: UnsafePointer<Float>
    var isFirst: Bool
    var isLast: Bool
    var firstRow: Int
    var rows: Int
    var column: Int
    var columns: Int
    var width: Int
    var segments: UnsafePointer<Int>
    var sums: UnsafeMutablePointer<Float>
    var tile: UnsafeMutablePointer<Float>
  }

  @inline(__always)
  private func multiply(
    _ step: Step, _ opening: PixelFinish<Lanes>, _ finish: PixelFinish<F32Lanes>,
    _ scaling: ReducedPixelScaling<Lanes>
  ) {
    let column: Int = scaling.firstColumn + step.column
    var ending = TileEnding<Lanes>()
    if !Lanes.isQuantized { ending = opening.ending(column, step.columns) }
    ending.continues = !step.isFirst
    // Straight into Y where sums are floats, all registers are full and the activation is a clamp.
    let isDirect: Bool =
      !Lanes.isQuantized && step.isLast && step.columns == step.width && !finish.isLate
    if isDirect {
      opening.clamp(&ending)
      ending.residualPitch = finish.residualPixel
      ending.residualScale = Lanes.splat(finish.residualScale)
    }
    let tiles: Int = ceilDivide(step.rows, Tiles.rows)
    let aheadStep: Int = PitchedTileOperands<Float>.aheadStep(tiles, step.width)
    var operands = PitchedTileOperands<Float>(
      depth: step.depth, segments: step.segments, source: step.source, pitch: pitch, weights: step.weights,
      start: UnsafePointer(step.sums), startPitch: step.width, out: step.tile, outPitch: step.width,
      ahead: step.ahead, aheadStep: aheadStep)
    var row: Int = 0
    for index in 0..<tiles {
      let count: Int = (step.rows - row) / (tiles - index)
      if isDirect {
        operands.out = finish.y + (step.firstRow + row) * finish.yPixel + column
        operands.outPitch = finish.yPixel
        if let residual = finish.residual {
          ending.residual = residual + (step.firstRow + row) * finish.residualPixel + column
        }
      } else if !step.isLast {
        operands.out = step.sums + row * step.width
      }
      operands.start = UnsafePointer(step.sums + row * step.width)
      Tiles.run(count, step.width / Lanes.count, &operands, &ending)
      if step.isLast && Lanes.isQuantized {
        scaling.run(step.tile, step.width, step.firstRow, row, count, step.column, step.columns)
      } else if step.isLast && !isDirect {
        finish.run(step.tile, step.width, step.firstRow + row, count, column, step.columns)
      }
      operands.source += count * pitch
      operands.ahead += (step.depth / 4) * aheadStep
      row += count
    }
  }
}
