import Foundation
import NGraph
import Testing

@Suite struct ModelBenchmarkTests {
  private static let model: SeedModel = SeedModel(name: "mlp-ln")

  @Test("A benchmark times runs, phases and every step, and measures roofs and memory")
  func measures() throws {
    let benchmark = try ModelBenchmark(
      path: Self.model.path, shapes: ["images": [2, 64]],
      options: InferenceSession.Options(threads: 1), settings: ModelBenchmark.Settings(seconds: 0.01))
    #expect(benchmark.threads == 1)
    #expect(benchmark.runs.count >= 5)
    #expect(benchmark.runs.minimum > 0 && benchmark.runs.minimum <= benchmark.runs.p99)
    #expect(benchmark.phases.map(\.name) == ["load", "optimize", "plan", "first run"])
    #expect(!benchmark.steps.isEmpty)
    #expect(abs(benchmark.steps.reduce(0) { $0 + $1.share } - 1) < 1e-9)
    let products = benchmark.steps.filter { $0.kernel.hasPrefix("gemm") }
    #expect(products.contains { $0.operations > 0 && $0.operationsPerSecond > 0 && $0.bytesPerSecond > 0 })
    #expect(benchmark.roofline.operationsPerSecond > 0 && benchmark.roofline.bytesPerSecond > 0)
    #expect(benchmark.packedBytes > 0)
    #if os(Linux)
      #expect(try #require(benchmark.peakMemory) > 1 << 20)
    #endif
    #expect(benchmark.trace.isEmpty)
  }

  private struct Trace: Decodable {
    struct Event: Decodable {
      let name: String
      let ph: String
      let ts: Double?
      let dur: Double?
      let cat: String?
    }
    let traceEvents: [Event]
  }

  @Test("A trace has a complete event for each phase, run and step, and steps lie inside their runs")
  func traces() throws {
    let benchmark = try ModelBenchmark(
      path: Self.model.path, options: InferenceSession.Options(threads: 1),
      settings: ModelBenchmark.Settings(seconds: 0, keepsTrace: true))
    let trace = try JSONDecoder().decode(Trace.self, from: Data(benchmark.trace.utf8))
    let complete: [Trace.Event] = trace.traceEvents.filter { $0.ph == "X" }
    let runs: [Trace.Event] = complete.filter { $0.cat == "run" }
    let steps: [Trace.Event] = complete.filter { $0.cat == "step" }
    #expect(complete.filter { $0.cat == "phase" }.map(\.name) == ["load", "optimize", "plan", "first run"])
    #expect(runs.count == 3)
    #expect(steps.count == 3 * benchmark.steps.count)
    for step in steps {
      let (start, duration): (Double, Double) = (try #require(step.ts), try #require(step.dur))
      // Times are written in microseconds with fractions, so that ends may differ in the last digit.
      #expect(
        runs.contains { run in
          guard let begin = run.ts, let length = run.dur else { return false }
          return begin <= start + 0.01 && start + duration <= begin + length + 0.01
        })
    }
  }

  @Test("A trace is written to a file, and one that can't be is an error of the format stage")
  func writes() throws {
    let benchmark = try ModelBenchmark(
      path: Self.model.path, settings: ModelBenchmark.Settings(seconds: 0, keepsTrace: true))
    let folder = try TemporaryFolder()
    try benchmark.writeTrace(to: folder.path("trace.json"))
    #expect(try String(contentsOfFile: folder.path("trace.json"), encoding: .utf8) == benchmark.trace)
    let failure = #expect(throws: NGraphError.self) {
      try benchmark.writeTrace(to: folder.path("none/trace.json"))
    }
    #expect(failure?.stage == .format)
  }
}
