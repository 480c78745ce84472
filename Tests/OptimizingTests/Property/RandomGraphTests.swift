import Foundation
import Graphs
import KernelSelection
import Optimizing
import Tensors
import TestSupport
import Testing

/// Optimized and unoptimized graphs give the same outputs, on many random graphs.
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
    for rule in ["DissolveMaps", "DissolveTails", "HoistCentering", "MergeEqualNodes", "FoldConstants"] {
      #expect(rewrites[rule, default: 0] > 0, "\(rule) never fired")
    }
  }

  /// What is wrong with the optimized form of one graph; nil where nothing is.
  static func problem(seed: UInt64, steps: Int, _ rewrites: inout [String: Int]) -> String? {
    do {
      var random = try RandomGraph(seed: seed, steps: steps)
      let graph: Graph = try random.graph()
      var report = OptimizationReport()
      let result: Graph = try Optimizer(kernels: KernelSelection.best).optimize(graph, report: &report)
      for (rule, count) in report.counts { rewrites[rule, default: 0] += count }
      let inputs: [Value?] = random.inputs()
      let (expected, actual) = (try graph.run(inputs), try result.run(inputs))
      for (index, (a, b)) in zip(expected, actual).enumerated() {
        let difference: Double = relativeDifference(a, b)
        if !(difference <= 1e-8) {
          return
            "output \(index) differs by \(difference) after \(report.counts)\n\(graph.operators)\n\(result.operators)"
        }
      }
      return nil
    } catch {
      return "\(error)"
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
