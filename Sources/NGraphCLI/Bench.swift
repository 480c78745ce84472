internal import ArgumentParser
internal import NGraph

/// `ngraph bench`: times a model, and shows where the time goes.
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Time a model: repeated runs, each step against the machine's roofline, memory.",
    discussion: """
      Inputs are files as for 'run'; those without a file are random. Times of steps are of the fastest \
      call, each in runs of their own. The share of the roof is the part of the speed that the machine \
      allows for a step's operations and bytes: both limits are measured, the peak of multiply-adds and the \
      speed of reading as many bytes as the model has weights. With --precision the peak is that of f32 \
      all the same, and a share may be more than all of it.
      """)

  @Argument(help: "The model, .onnx or .pb.")
  var model: String

  @Argument(help: "Files for the inputs, in their order or as name=path.")
  var inputs: [String] = []

  @OptionGroup var shapes: ShapeOptions

  @Option(help: ArgumentHelp("How long to repeat runs, after a warm-up.", valueName: "number"))
  var seconds: Double = 2

  @Option(
    name: .shortAndLong, help: ArgumentHelp("Threads to use; all processors by default.", valueName: "count"))
  var threads: Int?

  @OptionGroup var session: SessionOptionGroup

  @OptionGroup var precision: PrecisionOption

  @Option(
    help: ArgumentHelp(
      "Write a timeline for Perfetto or chrome://tracing to a file.", valueName: "path"))
  var trace: String?

  @Flag(help: "Print JSON.")
  var json: Bool = false

  func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads must be 1 to 1024, not \(threads).")
    }
    if !(seconds >= 0 && seconds <= 86_400) {
      throw ValidationError("--seconds must be 0 to 86400, not \(seconds).")
    }
  }

  func run() throws {
    let benchmark = try ModelBenchmark(
      path: model,
      inputs: InputFiles(arguments: inputs, shapes: shapes.shapes, filling: .random(seed: 1)),
      options: session.options(threads: threads, precision: precision.precision),
      settings: ModelBenchmark.Settings(seconds: seconds, keepsTrace: trace != nil))
    if let trace { try benchmark.writeTrace(to: trace) }
    if json {
      Terminal.write(benchmark.json.text)
      return
    }
    for line in benchmark.summary { Terminal.write(line) }
    for columns in [benchmark.operatorColumns, benchmark.stepColumns] {
      var table = Table(columns.header, leftColumns: columns.leftColumns)
      for row in columns.rows { table.add(row) }
      Terminal.write("")
      for (index, line) in table.lines.enumerated() {
        Terminal.write(index == 0 ? Terminal.strong(line) : line)
      }
    }
  }
}
