internal import ArgumentParser
internal import NGraph

/// The command `ngraph`: parses the command line, runs one subcommand, and turns every failure into one
/// line on standard error and an exit code that tells its stage.
@main
struct NGraphCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ngraph",
    abstract: "Runs, times, inspects, checks, optimizes and converts ONNX models.",
    discussion: """
      A model is a file .onnx or .pb, which are the same format.

      Exit codes: 0 success; 1 outputs differ or a model has problems; 2 a file could not be read or \
      written; 3 the model is not valid or not supported; 4 optimizing failed; 5 planning failed; 6 running \
      failed, wrong inputs included; 64 wrong usage.
      """,
    version: Version.text,
    subcommands: [Run.self, Bench.self, Inspect.self, Check.self, Dump.self, Convert.self, Optimize.self])

  static func main() {
    do {
      var command: any ParsableCommand = try parseAsRoot()
      try command.run()
    } catch {
      fail(error)
    }
  }

  private static func fail(_ error: any Error) -> Never {
    if let error = error as? NGraphError {
      Terminal.error(error.description)
      exit(withError: ExitCode(error.stage.exitCode))
    }
    if error is ExitCode { exit(withError: error) }
    let code: ExitCode = exitCode(for: error)
    if code.isSuccess {
      Terminal.write(fullMessage(for: error))
      exit(withError: code)
    }
    Terminal.error("\(firstLine(of: message(for: error))) (see 'ngraph --help')")
    exit(withError: code)
  }

  private static func firstLine(of message: String) -> String {
    message.split(separator: "\n").first.map(String.init) ?? message
  }
}

extension NGraphError.Stage {
  /// The exit code of a failure in this stage.
  var exitCode: Int32 {
    switch self {
    case .format: 2
    case .model: 3
    case .graph: 4
    case .plan: 5
    case .run: 6
    }
  }
}
