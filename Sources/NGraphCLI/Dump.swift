internal import ArgumentParser
internal import NGraph

extension StageDump.Stage: ExpressibleByArgument {}

/// `ngraph dump`: a model at any stage on its way to a run.
struct Dump: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print a model as written, as a graph, optimized, or planned.",
    discussion: """
      Stages: model is the file as written, graph has resolved operators and inferred types, optimized \
      is what runs, plan are its steps and memory for one set of input shapes.
      """)

  @Argument(help: "The model, .onnx or .pb.")
  var model: String

  @Option(help: "model, graph, optimized or plan.")
  var stage: StageDump.Stage = .graph

  @Flag(help: "Write a drawing for Graphviz: ngraph dump model.pb --dot | dot -Tsvg > model.svg")
  var dot: Bool = false

  @OptionGroup var shapes: ShapeOptions
  @OptionGroup var session: SessionOptionGroup

  func run() throws {
    let dump = try StageDump(
      path: model, stage: stage, drawing: dot, shapes: shapes.shapes, options: session.options(threads: nil))
    Terminal.write(dump.text.hasSuffix("\n") ? String(dump.text.dropLast()) : dump.text)
  }
}
