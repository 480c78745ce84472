internal import ArgumentParser
internal import NGraph

/// The options of every subcommand that optimizes or runs a model.
struct SessionOptionGroup: ParsableArguments {
  @Flag(name: .customLong("no-optimize"), help: "Run the graph as it was imported.")
  var isUnoptimized: Bool = false

  @Option(
    help: ArgumentHelp(
      "The kernels to use: \(InferenceSession.kernelTables.joined(separator: ", ")). The last is the default.",
      valueName: "table"))
  var kernels: String?

  func validate() throws {
    if let kernels, !InferenceSession.kernelTables.contains(kernels) {
      let tables: String = InferenceSession.kernelTables.joined(separator: ", ")
      throw ValidationError("The kernels '\(kernels)' are none of this machine's: \(tables).")
    }
  }

  func options(threads: Int?, precision: InferenceSession.Precision = .float32) -> InferenceSession.Options {
    InferenceSession.Options(
      threads: threads, optimizes: !isUnoptimized, kernels: kernels, precision: precision)
  }
}
