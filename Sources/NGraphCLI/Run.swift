internal import ArgumentParser
internal import NGraph

/// `ngraph run`: runs a model once and shows, writes or compares what it gives.
struct Run: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run a model on inputs from files and show the outputs.",
    discussion: """
      Inputs are raw little-endian files (.bin) of the input's type, whose size gives one free dimension, \
      NumPy files (.npy, .npz), TensorProto files (.pb), or a folder with input_0.pb, input_1.pb, ... as the \
      ONNX project's test_data_set_0.
      """)

  @Argument(help: "The model, .onnx or .pb.")
  var model: String

  @Argument(help: "Files for the inputs, in their order or as name=path.")
  var inputs: [String] = []

  @OptionGroup var shapes: ShapeOptions

  @Option(
    help: ArgumentHelp(
      "Random values for inputs without a file: floats in [-1, 1), integers 0 or 1.", valueName: "seed"))
  var random: UInt64?

  @Flag(help: "Ones for inputs without a file.")
  var ones: Bool = false

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Write the outputs to a file (.bin, .npy, .npz, .pb), or a folder as output_0.npy, ...",
      valueName: "path"))
  var output: String?

  @Option(
    help: ArgumentHelp(
      "Compare the outputs with a file or a folder of output_0.pb, ...; exit code 1 where they differ.",
      valueName: "path"))
  var compare: String?

  @Option(
    help: ArgumentHelp(
      "The largest error that --compare passes, relative to an output's largest magnitude.",
      valueName: "number"))
  var tolerance: Double = 1e-4

  @Option(
    name: .shortAndLong, help: ArgumentHelp("Threads to use; all processors by default.", valueName: "count"))
  var threads: Int?

  @OptionGroup var session: SessionOptionGroup

  @OptionGroup var precision: PrecisionOption

  @Flag(help: "Run once more, and show where the time of that run went, by operator and by node.")
  var profile: Bool = false

  @Option(
    name: .customLong("repeat"),
    help: ArgumentHelp(
      "With --profile, time this many runs: the fastest, the median, and the sums of all.", valueName: "count"
    ))
  var repetitions: Int = 1

  @Flag(help: "Print JSON.")
  var json: Bool = false

  func validate() throws {
    if ones, random != nil { throw ValidationError("--ones and --random exclude each other.") }
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads must be 1 to 1024, not \(threads).")
    }
    if !(1...1_000_000).contains(repetitions) {
      throw ValidationError("--repeat must be 1 to 1000000, not \(repetitions).")
    }
    if repetitions > 1, !profile { throw ValidationError("--repeat goes with --profile.") }
    if !(tolerance >= 0) { throw ValidationError("--tolerance must not be negative.") }
  }

  func run() throws {
    let filling: InputFilling? = ones ? .ones : random.map { .random(seed: $0) }
    let opened = try InferenceSession(
      path: model, options: session.options(threads: threads, precision: precision.precision))
    let values: [ModelValue] = try InputFiles(arguments: inputs, shapes: shapes.shapes, filling: filling)
      .read(for: opened.inputs)
    let recorder: ProfileRecorder? = profile ? ProfileRecorder() : nil
    // The first run makes the plan and reads the weights: what a user wants to know is the next.
    if profile { _ = try opened.run(values: values) }
    var results: [ModelValue] = []
    var times: [UInt64] = []
    for _ in 0..<repetitions {
      let start: UInt64 = RunTimes.now
      results = try opened.run(values: values, recorder: recorder)
      times.append(RunTimes.now - start)
    }
    var precisionReport: PrecisionReport? = nil
    if precision.precision != .float32 {
      let report: PrecisionReport = try opened.precisionReport(values: values, results: results)
      Terminal.note(report.text)
      precisionReport = report
    }
    if let output { try OutputFiles(path: output).write(results, outputs: opened.outputs) }
    var comparisons: [OutputComparison] = []
    if let compare {
      let expected: [ModelValue?] = try OutputFiles(path: compare).read(
        like: results, outputs: opened.outputs)
      for (index, description) in opened.outputs.enumerated() {
        comparisons.append(
          OutputComparison(name: description.name, found: results[index], expected: expected[index]))
      }
    }
    let reports: [ValueReport] = zip(opened.outputs, results).map { ValueReport(name: $0.name, $1) }
    let presentation = RunPresentation(
      reports: reports, comparisons: comparisons, tolerance: tolerance, recorder: recorder,
      times: RunTimes(times), precision: precisionReport)
    Terminal.write(json ? presentation.json.text : presentation.text)
    if comparisons.contains(where: { !$0.passes(tolerance) }) { throw ExitCode(1) }
  }
}
