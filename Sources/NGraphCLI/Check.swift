internal import ArgumentParser
internal import NGraph

/// `ngraph check`: everything that is wrong with a model.
struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List everything that keeps a model from running.",
    discussion: "Exit code 0 for a good model, 1 for one with problems.")

  @Argument(help: "The model, .onnx or .pb.")
  var model: String

  @Flag(help: "Print JSON.")
  var json: Bool = false

  func run() throws {
    let check = ModelCheck(path: model)
    if json {
      Terminal.write(check.json.text)
    } else if check.problems.isEmpty {
      Terminal.write("\(model): \(Terminal.good("good")), \(NumberText.grouped(check.nodeCount)) nodes")
    } else {
      let count: Int = check.problems.count
      Terminal.write("\(model): \(Terminal.bad(count == 1 ? "1 problem" : "\(count) problems"))")
      for problem in check.problems { Terminal.write("  \(problem)") }
    }
    // A file that can't be read at all is a failure of its stage, as in every other subcommand.
    if let problem = check.problems.first {
      throw ExitCode(problem.stage == .format ? problem.stage.exitCode : 1)
    }
  }
}
