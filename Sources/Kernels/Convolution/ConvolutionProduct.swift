internal import KernelInterface

/// A convolution as an implicit product; see `ConvolutionProblem`. A task computes a block of outputs x
/// positions of one image, group and phase, as a GEMM task does, with panels of B packed from the image.
/// Phases of a transposed convolution whose positions are not adjacent in the output are summed up in
/// scratch and then spread.
struct ConvolutionProduct<Lanes: ProductLanes> {
  typealias Element = Lanes.Element
  typealias Arguments = UnsafePointer<ConvolutionArguments<Element>>

  @inline(__always) static var tileRows: Int { GemmBlocking.rows }
  @inline(__always) static var tileColumns: Int { 2 * Lanes.count }
  /// Columns of a block that is summed up in scratch.
  @inline(__always) static var spreadColumns: Int { 8 * tileColumns }

  static func partition(_ problem: ConvolutionProblem, _ phase: ConvolutionPhase) -> GemmPartition {
    var partition = GemmPartition(
      m: problem.outputs, n: phase.positions, k: phase.taps * problem.channels,
      copies: larger(1, problem.batch * problem.groups), tileColumns: tileColumns,
      packsB: true)
    if !phase.isDense && partition.columnBlock > spreadColumns {
      partition.columnBlock = spreadColumns
      partition.columnBlocks = ceilDivide(phase.positions, spreadColumns)
    }
    return partition
  }

  /// Tasks of one image and group in all phases.
  static func blockCount(_ arguments: Arguments, _ problem: ConvolutionProblem) -> Int {
    var count: Int = 0
    for index in 0..<problem.phases {
      let phase = ConvolutionPhase(arguments, problem, index)
      if phase.positions > 0 { count += partition(problem, phase).count }
    }
    return count
  }

  static func scratchBytes(_ arguments: Arguments, _ problem: ConvolutionProblem) -> Int {
    var elements: Int = tileRows * tileColumns + GemmBlocking.depth * tileColumns
    for index in 0..<problem.phases {
      let phase = ConvolutionPhase(arguments, problem, index)
      if phase.isDense { continue }
      let partition = partition(problem, phase)
      let block: Int = partition.rowBlock * partition.columnBlock
      let fixed: Int = tileRows * tileColumns + GemmBlocking.depth * tileColumns
      elements = larger(elements, fixed + block)
    }
    return elements * MemoryLayout<Element>.stride + 64
  }

  static func run(
    _ arguments: Arguments, _ problem: ConvolutionProblem, _ task: Int, _ scratch: UnsafeMutableRawPointer
  ) {
    let perProduct: Int = blockCount(arguments, problem)
    let product: Int = task / perProduct
    let image: Int = product / problem.groups
    let group: Int = product % problem.groups
    var block: Int = task % perProduct
    var index: Int = 0
    var phase = ConvolutionPhase(arguments, problem, 0)
    var blocks: GemmPartition = partition(problem, phase)
    while phase.positions == 0 || block >= blocks.count {
      if phase.positions > 0 { block -= blocks.count }
      index += 1
      phase = ConvolutionPhase(arguments, problem, index)
      blocks = partition(problem, phase)
    }
    let row: Int = block % blocks.rowBlocks * blocks.rowBlock
    let column: Int = block / blocks.rowBlocks * blocks.columnBlock
    let rows: Int = smaller(blocks.rowBlock, problem.outputs - row)
    let columns: Int = smaller(blocks.columnBlock, phase.positions - column)
    let buffer: UnsafeMutablePointer<Element> = scratch.assumingMemoryBound(to: Element.self)
    guard let x = arguments.pointee.x, let weights = arguments.pointee.packedWeights else { return }
    guard let target = ConvolutionTarget<Lanes>(arguments, problem, image) else { return }
    let patches = ConvolutionPatches<Lanes>(
      phase: phase, image: x + (image * problem.groups + group) * problem.channels * problem.inputPlane,
      channels: problem.channels, inputPlane: problem.inputPlane)
    let depth: Int = phase.taps * problem.channels
    let panelRows: Int = roundUp(problem.outputs, tileRows)
    let a: UnsafePointer<Element> =
      weights + group * problem.groupWeights() + phase.tapsBefore * problem.channels * panelRows + row * depth
    let firstOutput: Int = group * problem.outputs + row
    if phase.isDense {
      multiply(patches, target.finish, a, depth, firstOutput, rows, column, columns, buffer)
    } else {
      let sums: UnsafeMutablePointer<Element> =
        buffer + (tileRows * tileColumns + GemmBlocking.depth * tileColumns)
      var plain: GemmFinish<Lanes> = target.finish
      plain.epilogue = nil
      plain.residual = nil
      plain.cRowStride = blocks.columnBlock
      // The finish adds row and column of the whole problem to its base.
      plain.c = sums - (firstOutput * blocks.columnBlock + column)
      multiply(patches, plain, a, depth, firstOutput, rows, column, columns, buffer)
      for r in 0..<rows {
        target.spread(sums + r * blocks.columnBlock, phase, firstOutput + r, column, columns)
      }
    }
  }

  /// The blocked product of one task.
  private static func multiply(
    _ patches: ConvolutionPatches<Lanes>, _ finish: GemmFinish<Lanes>, _ weights: UnsafePointer<Element>,
    _ totalDepth: Int, _ row: Int, _ rows: Int, _ column: Int, _ columns: Int,
    _ buffer: UnsafeMutablePointer<Element>
  ) {
    let panel: UnsafeMutablePointer<Element> = buffer + tileRows * tileColumns
    var step: GemmFinish<Lanes> = finish
    var depth: Int = 0
    repeat {
      let count: Int = smaller(GemmBlocking.depth, totalDepth - depth)
      let isLast: Bool = depth + count >= totalDepth
      step.beta = depth == 0 ? 0 : 1
      step.epilogue = isLast ? finish.epilogue : nil
      step.residual = isLast ? finish.residual : nil
      var j: Int = column
      while j < column + columns {
        let width: Int = smaller(tileColumns, column + columns - j)
        if count > 0 { patches.pack(j, width, depth, count, panel) }
        step.tiles(
          weights + depth * tileRows, tileRows * totalDepth, panel, tileColumns, count, row, j, rows, width,
          buffer)
        j += tileColumns
      }
      depth += count
    } while depth < totalDepth
  }

  /// Packs the weights of all groups and phases.
  static func packWeights(
    _ arguments: Arguments, _ problem: ConvolutionProblem, _ weights: UnsafePointer<Element>,
    _ destination: UnsafeMutablePointer<Element>
  ) {
    let taps: Int = problem.kernelTaps
    let isTransposed: Bool = arguments.pointee.transposed
    let outputStride: Int = isTransposed ? taps : problem.channels * taps
    let channelStride: Int = isTransposed ? problem.outputs * taps : taps
    let panelRows: Int = roundUp(problem.outputs, tileRows)
    for group in 0..<problem.groups {
      let from: UnsafePointer<Element> = weights + group * problem.outputs * problem.channels * taps
      let to: UnsafeMutablePointer<Element> = destination + group * problem.groupWeights()
      for index in 0..<problem.phases {
        let phase = ConvolutionPhase(arguments, problem, index)
        let depth: Int = phase.taps * problem.channels
        for tap in 0..<phase.taps {
          let place: Int = kernelPlace(arguments, phase, tap)
          var row: Int = 0
          while row < problem.outputs {
            packPanel(
              Lanes.self, from + row * outputStride + place, outputStride, channelStride,
              smaller(tileRows, problem.outputs - row), tileRows, problem.channels,
              to + phase.tapsBefore * problem.channels * panelRows + row * depth
                + tap * problem.channels * tileRows)
            row += tileRows
          }
        }
      }
    }
  }

  /// Where tap `tap` of a phase lies in the kernel.
  private static func kernelPlace(_ arguments: Arguments, _ phase: ConvolutionPhase, _ tap: Int) -> Int {
    let x: Int = phase.width.kernelFirst + tap % phase.width.taps * phase.width.kernelStep
    let y: Int =
      phase.height.kernelFirst + tap / phase.width.taps % phase.height.taps * phase.height.kernelStep
    let z: Int =
      phase.depth.kernelFirst + tap / phase.width.taps / phase.height.taps * phase.depth.kernelStep
    return (z * arguments.pointee.kernel.height + y) * arguments.pointee.kernel.width + x
  }
}
