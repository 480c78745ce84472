internal import Execution
internal import Graphs
internal import KernelInterface
internal import Planning
internal import Tensors

/// How fast a model runs on this machine: the phases from the file to the first answer, the times of
/// repeated runs, and where they went, step by step, against what the machine can do.
///
///     let benchmark = try ModelBenchmark(path: "model.onnx")
///     print(benchmark.runs.minimum, benchmark.steps.count)
public struct ModelBenchmark: Sendable {
  /// What is measured, and for how long.
  public struct Settings: Sendable, Hashable {
    /// How long runs are repeated, in seconds, after a warm-up.
    public var seconds: Double
    /// Whether `trace` is kept: every step of a few runs.
    public var keepsTrace: Bool

    public init(seconds: Double = 2, keepsTrace: Bool = false) {
      self.seconds = seconds
      self.keepsTrace = keepsTrace
    }
  }

  /// A phase on the way to the first answer, in nanoseconds.
  public struct Phase: Sendable, Hashable {
    /// `load`, `optimize`, `plan` or `first run`.
    public var name: String
    public var nanoseconds: UInt64
  }

  public let path: String
  /// How many threads a run used.
  public let threads: Int
  /// The name of the table of kernels.
  public let kernels: String
  /// What happened once before the runs, in order.
  public let phases: [Phase]
  /// The runs that were timed as a whole.
  public let runs: RunStatistics
  /// The steps of the plan in order, timed in runs of their own.
  public let steps: [StepTiming]
  public let roofline: Roofline
  /// The most bytes of this process that were resident, taken before the roofs were measured; nil where the
  /// system does not say.
  public let peakMemory: Int?
  /// Bytes of the plan's arena: what computed values share.
  public let arenaBytes: Int
  /// Bytes of weights packed for the kernels.
  public let packedBytes: Int
  /// What a reduced precision changes; nil for f32.
  public let precision: PrecisionReport?
  /// A timeline in the Chrome trace event format; empty where it was not asked for.
  public let trace: String

  /// Measures the model at `path` on random inputs, whose free dimensions are 1 but for those in `shapes`.
  public init(
    path: String, shapes: [String: [Int]] = [:],
    options: InferenceSession.Options = InferenceSession.Options(), settings: Settings = Settings()
  ) throws(NGraphError) {
    try self.init(
      path: path, inputs: InputFiles(arguments: [], shapes: shapes, filling: .random(seed: 1)),
      options: options, settings: settings)
  }

  /// Measures the model at `path` on what `inputs` give.
  package init(
    path: String, inputs: InputFiles, options: InferenceSession.Options, settings: Settings
  ) throws(NGraphError) {
    var timeline = BenchmarkTimeline()
    let opened: InferenceSession = try timeline.phase("load") { () throws(NGraphError) in
      try InferenceSession(path: path, options: options)
    }
    let values: [ModelValue] = try inputs.read(for: opened.inputs)
    let session: Session = try timeline.phase("optimize") { () throws(NGraphError) in try opened.session() }
    let plan: Plan = try timeline.phase("plan") { () throws(NGraphError) in
      do throws(PlanError) { return try session.plan(values.map(\.value)) } catch { throw NGraphError(error) }
    }
    try timeline.phase("first run") { () throws(NGraphError) in _ = try opened.run(values: values) }
    let nanoseconds: Double = min(max(settings.seconds, 0), 1e6) * 1e9
    _ = try timeline.repeated(for: UInt64(nanoseconds / 10), atLeast: 2) { () throws(NGraphError) in
      _ = try opened.run(values: values)
    }
    runs = RunStatistics(
      try timeline.repeated(for: UInt64(nanoseconds), atLeast: 5) { () throws(NGraphError) in
        _ = try opened.run(values: values)
      })
    let recorder = ProfileRecorder()
    _ = try timeline.repeated(for: UInt64(nanoseconds / 4), atLeast: 3) { () throws(NGraphError) in
      _ = try opened.run(values: values, recorder: recorder)
    }
    peakMemory = ResidentMemory.peak
    packedBytes = session.packedBytes
    arenaBytes = plan.arenaBytes
    precision =
      options.precision == .float32
      ? nil : try opened.precisionReport(values: values, results: try opened.run(values: values))
    let weights: Int = min(max(plan.constantBytes, 1 << 22), 1 << 28)
    let roofline = Roofline(kernels: session.kernels.roofline, runner: session.runner, readBytes: weights)
    self.roofline = roofline
    steps = StepTiming.rows(recorder.profile, roofline: roofline)
    self.path = path
    threads = session.runner.workerCount
    kernels = session.kernels.isa.name
    phases = timeline.phases
    trace =
      settings.keepsTrace ? try timeline.trace(of: opened, values: values, runs: 3) : ""
  }
}

extension StepTiming {
  /// The steps of a profile in the plan's order.
  static func rows(_ profile: RunProfile, roofline: Roofline) -> [StepTiming] {
    let entries: [RunProfile.Entry] = profile.entries.filter { $0.calls > 0 }
    let total: UInt64 = entries.reduce(0) { $0 + $1.fastest }
    return entries.map { entry in
      StepTiming(
        op: entry.place.op ?? "?", node: entry.place.node ?? "", kernel: entry.kernel, calls: entry.calls,
        nanoseconds: entry.fastest, share: total == 0 ? 0 : Double(entry.fastest) / Double(total),
        operations: entry.cost.flops, bytes: entry.cost.bytes,
        rooflineShare: roofline.share(
          operations: entry.cost.flops, bytes: entry.cost.bytes, nanoseconds: entry.fastest))
    }
  }
}

extension Plan {
  /// Bytes of the constants that steps may read.
  fileprivate var constantBytes: Int {
    var bytes: Int = 0
    for case .constant(let tensor) in locations { bytes &+= tensor.byteCount }
    return bytes
  }
}
