internal import ArgumentParser
internal import NGraph

/// `ngraph optimize`: the graph that ngraph would run, as a model file.
struct Optimize: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write the optimized model, and tell what was done.",
    discussion: """
      Normalizations, scales and shifts are dissolved into the layers beside them where the arithmetic \
      allows, constants are folded, and what does nothing is removed. What is written is ONNX for any runtime.

      Rules: \(ModelOptimization.ruleNames.joined(separator: ", ")).
      """)

  @Argument(help: "The model to read.")
  var source: String

  @Argument(help: "The file to write; it appears complete or not at all.")
  var target: String

  @Flag(help: "Show rewrites by rule, and what became of each normalization, scale and shift, and why.")
  var report: Bool = false

  @Option(
    help: """
      How much to do: 0 nothing, 1 simplify and recognize, 2 dissolve normalizations, scales and shifts too, \
      3 fuse into operators of ngraph's own too.
      """)
  var level: Int = ModelOptimization.levels.upperBound

  @Option(help: ArgumentHelp("A rule to leave out. May be repeated.", valueName: "rule"))
  var disable: [String] = []

  @Option(help: ArgumentHelp("Do no more rewrites than this.", valueName: "count"))
  var maxRewrites: Int?

  @Option(help: ArgumentHelp("An initializer that must stay as it is. May be repeated.", valueName: "name"))
  var keep: [String] = []

  @Flag(
    help: """
      Write standard operators only; others, of the domain ngraph, come with functions that define them for \
      other runtimes.
      """)
  var standardOnly: Bool = false

  @Flag(
    help: """
      Run both models on random inputs, and compare; exit code 1, and nothing written, where an output \
      deviates by more than 1e-4 of its largest magnitude.
      """)
  var verify: Bool = false

  @OptionGroup var shapes: ShapeOptions

  @Flag(help: "Print JSON.")
  var json: Bool = false

  func validate() throws {
    let rules: [String] = ModelOptimization.ruleNames
    if let unknown = disable.first(where: { !rules.contains($0) }) {
      throw ValidationError("There is no rule '\(unknown)'; the rules are \(rules.joined(separator: ", ")).")
    }
    let levels: ClosedRange<Int> = ModelOptimization.levels
    guard levels.contains(level) else {
      throw ValidationError("--level must be \(levels.lowerBound) to \(levels.upperBound).")
    }
    if let maxRewrites, maxRewrites < 0 { throw ValidationError("--max-rewrites must not be negative.") }
  }

  func run() throws {
    var settings = ModelOptimization.Settings()
    settings.disabled = disable
    settings.maxRewrites = maxRewrites
    settings.kept = keep
    settings.shapes = shapes.shapes
    settings.verifies = verify
    settings.standardOnly = standardOnly
    settings.level = level
    let optimization = try ModelOptimization(source: source, target: target, settings: settings)
    if json {
      Terminal.write(optimization.json.text)
    } else {
      show(optimization)
    }
    if !optimization.isWritten { throw ExitCode(1) }
  }

  private func show(_ optimization: ModelOptimization) {
    Terminal.write("\(source) -> \(target)\(optimization.isWritten ? "" : Terminal.bad(" (not written)"))")
    var table = Table(["", "before", "after"], leftColumns: 1)
    for row in optimization.rows { table.add(row) }
    for line in table.lines { Terminal.write("  " + line) }
    if report {
      var rules = Table(["Rewrites", ""], leftColumns: 1)
      for entry in optimization.rules { rules.add(["  " + entry.rule, NumberText.grouped(entry.count)]) }
      Terminal.write("")
      for line in rules.lines { Terminal.write(line) }
      for section in optimization.fateLines {
        Terminal.write("\n" + Terminal.strong(section.title))
        for line in section.lines { Terminal.write("  " + line) }
      }
    }
    guard let verification = optimization.verification else { return }
    let shapes: String = verification.inputs.map { "\($0.name) \($0.shape)" }.joined(separator: ", ")
    Terminal.write("\n" + Terminal.strong("Verification") + " on random \(shapes)")
    for comparison in verification.comparisons {
      let passes: Bool = comparison.passes(OptimizationVerification.tolerance)
      let text: String =
        comparison.mismatch
        ?? "deviates by \(NumberText.general(comparison.passingTolerance, digits: 3)) of its largest magnitude"
      Terminal.write("  \(comparison.name): \(passes ? Terminal.good(text) : Terminal.bad(text))")
    }
  }
}
