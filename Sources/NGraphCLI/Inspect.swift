internal import ArgumentParser
internal import NGraph

/// `ngraph inspect`: what a model is, without reading its weights.
struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show a model's inputs, outputs, operators, size and cost.",
    discussion: "Weights are not read, whatever the size of the file.")

  @Argument(help: "The model, .onnx or .pb.")
  var model: String

  @OptionGroup var shapes: ShapeOptions

  @Flag(help: "Print JSON.")
  var json: Bool = false

  func run() throws {
    let inspection = try ModelInspection(path: model, shapes: shapes.shapes)
    if json {
      Terminal.write(inspection.json.text)
      return
    }
    for (index, section) in inspection.sections.enumerated() {
      if index > 0 { Terminal.write("") }
      Terminal.write(Terminal.strong(section.title))
      for line in section.lines { Terminal.write("  " + line) }
    }
  }
}
