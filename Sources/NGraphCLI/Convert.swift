internal import ArgumentParser
internal import NGraph

/// `ngraph convert`: the same model in another file.
struct Convert: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write a model to another file: .onnx to .pb and back.",
    discussion: """
      Both are ONNX. In a .pb every tensor starts at a multiple of 64 bytes, so that it is used where it \
      lies in the mapped file. Nothing of the model is lost. External data is taken inside unless \
      --external says otherwise.
      """)

  @Argument(help: "The model to read.")
  var source: String

  @Argument(help: "The file to write; it appears complete or not at all.")
  var target: String

  @Flag(help: "Put large tensors into a file TARGET.data beside the model.")
  var external: Bool = false

  @Option(help: ArgumentHelp("The least size of a tensor for --external.", valueName: "bytes"))
  var externalThreshold: Int = 1024

  @Flag(inversion: .prefixedNo, help: "Align tensors, or don't, whatever the extension says.")
  var align: Bool?

  @Flag(help: "Replace an existing TARGET.data.")
  var force: Bool = false

  @Flag(help: "Print JSON.")
  var json: Bool = false

  func validate() throws {
    if externalThreshold < 0 { throw ValidationError("--external-threshold must not be negative.") }
  }

  func run() throws {
    let conversion = ModelConversion(
      externalThreshold: external ? externalThreshold : nil, aligned: align, replacesData: force)
    let sizes: (read: Int, written: Int) = try conversion.convert(source, to: target)
    if json {
      let report: JSONValue = .object([
        ("source", .string(source)), ("target", .string(target)), ("bytesRead", .integer(sizes.read)),
        ("bytesWritten", .integer(sizes.written)),
      ])
      Terminal.write(report.text)
    } else {
      Terminal.write(
        "\(source) (\(NumberText.bytes(sizes.read))) -> \(target) (\(NumberText.bytes(sizes.written)))")
    }
  }
}
