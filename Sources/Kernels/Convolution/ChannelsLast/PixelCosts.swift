internal import KernelInterface

/// What the ways to compute a convolution cost, in cycles: multiplications, two registers a cycle;
/// transforms; and weights, which come from memory, since those of a whole network do not stay in a cache.
/// The smaller of work and traffic hides behind the larger but for a quarter. The figures behind it are
/// measured ones of a processor with two units for multiplication, and only their ratios count.
struct PixelCosts<Lanes: ProductLanes> {
  typealias Element = Lanes.Element

  private var problem: PixelProblem<Element>
  /// Registers of outputs.
  private var registers: Int

  static var bytesPerCycle: Int { 7 }
  /// Cycles of a step of depth, at least: the latency of a multiplication.
  private static var leastStep: Int { 4 }

  init(_ problem: PixelProblem<Element>) {
    self.problem = problem
    registers = ceilDivide(problem.outputs, Lanes.count)
  }

  private func total(_ work: Int, _ weights: Int) -> Int {
    let bytes: Int = weights * problem.channels * problem.outputs * MemoryLayout<Element>.stride
    return Self.total(work, traffic: bytes / Self.bytesPerCycle)
  }

  static func total(_ work: Int, traffic: Int) -> Int {
    larger(work, traffic) + smaller(work, traffic) / 4
  }

  /// As `PixelSpatial` does it.
  var direct: Int {
    total(problem.outputPixels * problem.taps * problem.channels * registers / 2, problem.taps)
  }

  /// By F(4 x 4) and F(2 x 2).
  var four: Int { winograd(inputs: 6, outputs: 4, enter: 160, leave: 120) }
  var two: Int { winograd(inputs: 4, outputs: 2, enter: 70, leave: 60) }

  /// By the cheapest form of f32.
  var least: Int {
    PixelWinograd<WinogradFour<Lanes>>.takes(problem) ? smaller(direct, smaller(four, two)) : direct
  }

  /// By Winograd's filtering with `inputs` x `inputs` products for `outputs` x `outputs` outputs; `enter` and
  /// `leave` are the cycles that transform a register of one tile.
  private func winograd(inputs: Int, outputs: Int, enter: Int, leave: Int) -> Int {
    let down: Int = ceilDivide(problem.output.height, outputs)
    let across: Int = ceilDivide(problem.output.width, outputs)
    let tiles: Int = problem.batch * problem.output.depth * down * across
    let products: Int = inputs * inputs
    let rows: Int = larger(Self.leastStep, tiles)
    let multiplying: Int = products * rows * problem.channels * registers / 2
    let transforming: Int = tiles * (ceilDivide(problem.channels, Lanes.count) * enter + registers * leave)
    return total(multiplying + transforming, products)
  }
}
