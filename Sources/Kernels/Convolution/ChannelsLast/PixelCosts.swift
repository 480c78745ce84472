internal import KernelInterface

/// What the ways to compute a 3 x 3 convolution cost, in cycles: multiplications, two registers a cycle;
/// transforms; and weights, which come from memory, since those of a whole network do not stay in a cache.
/// The smaller of work and traffic hides behind the larger but for a quarter. The figures behind it are
/// measured ones of a processor with two units for multiplication, and only their ratios count.
struct PixelCosts<Lanes: ProductLanes> {
  typealias Element = Lanes.Element

  private var problem: PixelProblem<Element>
  /// Registers of outputs.
  private var registers: Int

  private static var bytesPerCycle: Int { 7 }
  /// Cycles of a step of depth, at least: the latency of a multiplication.
  private static var leastStep: Int { 4 }

  init(_ problem: PixelProblem<Element>) {
    self.problem = problem
    registers = ceilDivide(problem.outputs, Lanes.count)
  }

  private func total(_ work: Int, _ weights: Int) -> Int {
    let bytes: Int = weights * problem.channels * problem.outputs * MemoryLayout<Element>.stride
    let traffic: Int = bytes / Self.bytesPerCycle
    return larger(work, traffic) + smaller(work, traffic) / 4
  }

  /// As `PixelSpatial` does it.
  var direct: Int {
    total(problem.outputPixels * 9 * problem.channels * registers / 2, 9)
  }

  /// By Winograd's filtering with `inputs` x `inputs` products for `outputs` x `outputs` outputs; `enter` and
  /// `leave` are the cycles that transform a register of one tile.
  func winograd(inputs: Int, outputs: Int, enter: Int, leave: Int) -> Int {
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
