internal import ArgumentParser
internal import NGraph

/// `name=1x3x224x224`: the shape of one input. `name=` is a scalar.
struct ShapeArgument: ExpressibleByArgument {
  let name: String
  let extents: [Int]

  init?(argument: String) {
    guard let equals = argument.lastIndex(of: "=") else { return nil }
    name = String(argument[..<equals])
    let text: Substring = argument[argument.index(after: equals)...]
    var extents: [Int] = []
    if !text.isEmpty {
      for part in text.split(separator: "x", omittingEmptySubsequences: false) {
        guard let extent = Int(part), extent >= 0 else { return nil }
        extents.append(extent)
      }
    }
    self.extents = extents
  }
}

/// The option `--shape`, which may be given for each input.
struct ShapeOptions: ParsableArguments {
  @Option(
    name: .customLong("shape"),
    help: ArgumentHelp(
      "The shape of an input, such as images=1x3x224x224. May be repeated.", valueName: "name=AxBxC"))
  var arguments: [ShapeArgument] = []

  func validate() throws {
    var names: Set<String> = []
    for argument in arguments where !names.insert(argument.name).inserted {
      throw ValidationError("The shape of '\(argument.name)' is given twice.")
    }
  }

  /// The shapes by the names of the inputs.
  var shapes: [String: [Int]] {
    Dictionary(arguments.map { ($0.name, $0.extents) }, uniquingKeysWith: { first, _ in first })
  }
}
