internal import Execution
internal import Graphs

/// When the phases of a benchmark began and ended.
struct BenchmarkTimeline {
  private let origin: UInt64 = MonotonicClock.nanoseconds
  private var starts: [UInt64] = []
  private(set) var phases: [ModelBenchmark.Phase] = []

  /// Does `body` and notes its time under `name`.
  mutating func phase<Result>(_ name: String, _ body: () throws(NGraphError) -> Result)
    throws(NGraphError) -> Result
  {
    let start: UInt64 = MonotonicClock.nanoseconds
    let result: Result = try body()
    starts.append(start)
    phases.append(ModelBenchmark.Phase(name: name, nanoseconds: MonotonicClock.nanoseconds &- start))
    return result
  }

  /// Does `body` again and again, and returns the time that each took.
  func repeated(for nanoseconds: UInt64, atLeast count: Int, _ body: () throws(NGraphError) -> Void)
    throws(NGraphError) -> [UInt64]
  {
    var times: [UInt64] = []
    let begin: UInt64 = MonotonicClock.nanoseconds
    while times.count < count || MonotonicClock.nanoseconds &- begin < nanoseconds {
      let start: UInt64 = MonotonicClock.nanoseconds
      try body()
      times.append(MonotonicClock.nanoseconds &- start)
    }
    return times
  }

  /// The phases, and `runs` more runs with every step, as a timeline.
  func trace(of session: InferenceSession, values: [ModelValue], runs: Int) throws(NGraphError) -> String {
    var trace = TraceEvents(origin: origin)
    for (phase, start) in zip(phases, starts) {
      trace.add(phase.name, category: "phase", start: start, nanoseconds: phase.nanoseconds)
    }
    let profile = RunProfile(keepsEvents: true)
    for run in 0..<runs {
      let recorder = ProfileRecorder(profile)
      let start: UInt64 = MonotonicClock.nanoseconds
      _ = try session.run(values: values, recorder: recorder)
      let nanoseconds: UInt64 = MonotonicClock.nanoseconds &- start
      trace.add("run \(run + 1)", category: "run", start: start, nanoseconds: nanoseconds)
    }
    for event in profile.events {
      let entry: RunProfile.Entry = profile.entries[event.step]
      trace.add(
        entry.place.op ?? "?", category: "step", start: event.start, nanoseconds: event.nanoseconds,
        arguments: [
          ("node", .string(entry.place.node ?? "")), ("kernel", .string(entry.kernel)),
          ("operations", .integer(entry.cost.flops)), ("bytes", .integer(entry.cost.bytes)),
        ])
    }
    return trace.text
  }
}
