import Foundation
import Graphs
import KernelInterface
import KernelSelection
import Optimizing
import Tensors
import TestSupport
import Testing

/// Optimized and unoptimized graphs give the same outputs, on many random graphs, half of them through the
/// stages of sessions too, each with every kernel table.
///
/// NGRAPH_GRAPHS and NGRAPH_SEED set how many and from which seed. A failure is made small by leaving out
/// the last steps as long as it stays, and written to a file.
@Suite struct RandomGraphTests {
  static let count: Int = ProcessInfo.processInfo.environment["NGRAPH_GRAPHS"].flatMap { Int($0) } ?? 5000
  static let seed: UInt64 = ProcessInfo.processInfo.environment["NGRAPH_SEED"].flatMap { UInt64($0) } ?? 1
  private static let mostSteps: Int = 14

  @Test("Optimizing a random graph changes no output")
  func equality() throws {
    var rewrites: [String: Int] = [:]
    for index in 0..<Self.count {
      let seed: UInt64 = Self.seed &* 1_000_003 &+ UInt64(index)
      let steps: Int = 2 + index % (Self.mostSteps - 1)
      guard let problem = Self.problem(seed: seed, steps: steps, &rewrites) else { continue }
      let (fewest, text) = Self.shrunk(seed: seed, steps: steps, problem)
      let path: String = NSTemporaryDirectory() + "ngraph-random-graph-\(seed)-\(fewest).txt"
      try text.write(toFile: path, atomically: true, encoding: .utf8)
      Issue.record("seed \(seed), \(fewest) steps: see \(path)")
      return
    }
    let rules: [String] = [
      "DissolveMaps", "DissolveTails", "HoistCentering", "MergeEqualNodes", "FoldConstants",
      "MergeMaps", "EliminateDeadBias", "ChooseLayout", "FuseEpilogueSum",
      "FuseEpilogueActivation", "FuseConvolutionPrologue", "FuseElementwise",
    ]
    for rule in rules {
      #expect(rewrites[rule, default: 0] > 0, "\(rule) never fired")
    }
  }

  /// What is wrong with the optimized form of one graph; nil where nothing is.
  static func problem(seed: UInt64, steps: Int, _ rewrites: inout [String: Int]) -> String? {
    do {
      var random = try RandomGraph(seed: seed, steps: steps)
      let graph: Graph = try random.graph()
      let inputs: [Value?] = random.inputs()
      let stages: [OptimizationStage] =
        seed % 2 == 0 ? OptimizationStage.pipeline : OptimizationStage.session
      for table in KernelSelection.supported {
        var report = OptimizationReport()
        let result: Graph = try Optimizer(kernels: table, stages: stages).optimize(graph, report: &report)
        for (rule, count) in report.counts { rewrites[rule, default: 0] += count }
        let expected: [Tensor] = try graph.run(inputs, kernels: table)
        let actual: [Tensor] = try result.run(inputs, kernels: table)
        for (index, (a, b)) in zip(expected, actual).enumerated() {
          let difference: Double = relativeDifference(a, b)
          if !(difference <= 1e-8) {
            return
              "output \(index) differs by \(difference) with \(table.isa.name) after \(report.counts)\n"
              + "\(graph.operators)\n\(result.operators)"
          }
        }
      }
      return nil
    } catch {
      return "\(error)"
    }
  }

  /// What rounding makes of graphs of a narrow type: optimized ones are within `tolerance` of the unoptimized
  /// run in double precision, or no more than a few times as far from it as the unoptimized run of the
  /// narrow type is, where the graph itself (a normalization of nearly equal numbers) spreads rounding errors.
  @Test(
    "An optimized graph of a narrow type is as near to the run in double precision as it should be",
    arguments: [(ElementType.float32, 1e-5), (.float16, 2e-2)])
  func precision(type: ElementType, tolerance: Double) throws {
    var spread: Int = 0
    var compared: Int = 0
    for index in 0..<Self.count / 5 {
      let seed: UInt64 = Self.seed &* 1_000_003 &+ UInt64(index)
      let steps: Int = 2 + index % 9
      guard let errors = try Self.errors(seed: seed, steps: steps, type) else { continue }
      for (plain, optimized) in errors {
        compared += 1
        if optimized > tolerance { spread += 1 }
        #expect(
          optimized <= max(tolerance, 8 * plain),
          "seed \(seed), \(steps) steps: \(optimized) optimized, \(plain) unoptimized")
      }
    }
    #expect(compared > Self.count / 10)
    #expect(spread * 20 <= compared, "\(spread) of \(compared) outputs are farther away than \(tolerance)")
  }

  /// For each output, how far the unoptimized and the optimized graph of `type` are from the unoptimized one
  /// of double precision; nil for graphs that have no form in `type` or overflow it.
  private static func errors(seed: UInt64, steps: Int, _ type: ElementType) throws -> [(Double, Double)]? {
    var wide = try RandomGraph(seed: seed, steps: steps, elementType: .float64, granularity: type)
    let reference: Graph = try wide.graph()
    var narrow = try RandomGraph(seed: seed, steps: steps, elementType: type)
    let graph: Graph = try narrow.graph()
    var report = OptimizationReport()
    let optimized: Graph = try Optimizer(kernels: KernelSelection.best).optimize(graph, report: &report)
    let inputs: [Value?] = narrow.inputs()
    let exact: [Tensor] = try reference.run(wide.inputs())
    let (plain, other) = (try graph.run(inputs), try optimized.run(inputs))
    guard plain.allSatisfy({ $0.doubles.allSatisfy(\.isFinite) }) else { return nil }
    return exact.indices.map { index in
      (relativeDifference(exact[index], plain[index]), relativeDifference(exact[index], other[index]))
    }
  }

  private static func shrunk(seed: UInt64, steps: Int, _ problem: String) -> (steps: Int, text: String) {
    var best: (steps: Int, text: String) = (steps, problem)
    var ignored: [String: Int] = [:]
    for fewer in 0..<steps {
      if let text = Self.problem(seed: seed, steps: fewer, &ignored) {
        best = (fewer, text)
        break
      }
    }
    return best
  }
}
