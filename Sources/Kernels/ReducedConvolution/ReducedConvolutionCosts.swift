internal import KernelInterface

/// Which convolutions are computed in fewer bits: those of enough channels and outputs to fill words and
/// registers, where the product costs clearly less (in the unit of `PixelCosts`) than f32's cheapest form,
/// which for 3 x 3 kernels may be Winograd's.
enum ReducedConvolutionCosts<Lanes: ReducedLanes> {
  typealias Arguments = UnsafePointer<ConvolutionArguments<Float>>

  /// Channels and outputs of a group, at least.
  private static var leastChannels: Int { 16 }
  /// Cycles that scale and finish a register of sums of integers.
  private static var scaling: Int { 5 }

  static func takes(_ arguments: Arguments) -> Bool {
    let last: UInt8 = ImageLayout.channelsLast.rawValue
    guard arguments.pointee.layout.rawValue == last, arguments.pointee.inputLayout.rawValue == last,
      !arguments.pointee.transposed
    else { return false }
    let problem = PixelProblem<Float>(arguments)
    let depth: Int = problem.taps * problem.channels
    guard !problem.isEmpty, problem.channels >= leastChannels, problem.outputs >= leastChannels,
      depth <= ReducedPack<Lanes>.mostDepth
    else { return false }
    let cost: Int = cost(problem, depth, ReducedConvolution<Lanes>(arguments).partition.panelBlocks)
    return cost + cost / 8 < PixelCosts<F32Lanes>(problem).least
  }

  private static func cost(_ problem: PixelProblem<Float>, _ depth: Int, _ copies: Int) -> Int {
    let pixels: Int = problem.outputPixels
    let registers: Int = ceilDivide(problem.outputs, Lanes.count)
    let words: Int = ceilDivide(depth, Lanes.group)
    let multiplying: Int = pixels * words * registers * Lanes.stepCost / 20
    let entering: Int = pixels * (ceilDivide(depth, Lanes.count) * Lanes.entryCost + Lanes.rowCost) * copies
    let leaving: Int = Lanes.isQuantized ? pixels * registers * scaling : 0
    let traffic: Int =
      words * problem.outputs * MemoryLayout<Float>.stride / PixelCosts<F32Lanes>.bytesPerCycle
    return PixelCosts<F32Lanes>.total(multiplying + entering + leaving, traffic: traffic)
  }
}
