internal import Formats
internal import Graphs
internal import Tensors

/// The values for a model's inputs, gathered from files, shapes and a filling.
///
/// Files come by position or as `name=path`. A folder gives `input_<i>` with any extension for each
/// input, an archive (`.npz`) gives inputs by their names, or by position where its names are none of
/// the inputs'. What a file or a shape says of a named dimension is then known for the inputs after it;
/// files that say nothing of their shape are read last. A filling gives what is left; its free dimensions
/// are 1.
package struct InputFiles: Sendable {
  package var arguments: [String]
  package var shapes: [String: [Int]]
  package var filling: InputFilling?

  package init(arguments: [String], shapes: [String: [Int]] = [:], filling: InputFilling? = nil) {
    self.arguments = arguments
    self.shapes = shapes
    self.filling = filling
  }

  /// The values in the order of `inputs`.
  package func read(for inputs: [ValueDescription]) throws(NGraphError) -> [ModelValue] {
    var gathering = Gathering(inputs: inputs, symbols: try InputShapes(shapes).symbols(of: inputs))
    for argument in arguments { try gathering.assign(argument) }
    try gathering.read(shapes: shapes)
    return try gathering.complete(with: filling, shapes: shapes)
  }

  /// What has been found for the inputs so far.
  private struct Gathering {
    let inputs: [ValueDescription]
    var symbols: [String: Int]
    var paths: [String?]
    var values: [ModelValue?]

    init(inputs: [ValueDescription], symbols: [String: Int]) {
      self.inputs = inputs
      self.symbols = symbols
      paths = Array(repeating: nil, count: inputs.count)
      values = Array(repeating: nil, count: inputs.count)
    }

    private var nextFree: Int? {
      inputs.indices.first { paths[$0] == nil && values[$0] == nil }
    }

    /// Finds out which input `argument` is for.
    mutating func assign(_ argument: String) throws(NGraphError) {
      if let equals = argument.firstIndex(of: "="),
        let index = inputs.firstIndex(where: { $0.name == argument[..<equals] })
      {
        guard paths[index] == nil, values[index] == nil else {
          throw NGraphError(
            .run, "invalidInput", "the input is given twice", at: "input '\(inputs[index].name)'")
        }
        paths[index] = String(argument[argument.index(after: equals)...])
      } else if FileSystem.isFolder(argument) {
        try assign(folder: argument)
      } else if FilePaths.fileExtension(of: argument) == "npz" {
        try assign(archive: argument)
      } else if let index = nextFree {
        paths[index] = argument
      } else {
        throw NGraphError(
          .run, "invalidInput",
          "the model has \(inputs.count) input\(inputs.count == 1 ? "" : "s"); there is one file too many",
          at: argument)
      }
    }

    private mutating func assign(folder: String) throws(NGraphError) {
      var found: Bool = false
      for index in inputs.indices {
        guard let path = FileSystem.value("input_\(index)", in: folder) else { continue }
        paths[index] = path
        found = true
      }
      guard found else {
        throw NGraphError(
          .format, "notFound", "the folder has no input_0.pb (or .npy, .npz, .bin)", at: folder)
      }
    }

    private mutating func assign(archive: String) throws(NGraphError) {
      let entries: [NamedValue]
      do { entries = try TensorFiles.read(path: archive, as: nil) } catch { throw NGraphError(error) }
      let names: Set<String> = Set(inputs.map(\.name))
      let isNamed: Bool = entries.contains { $0.name.map { names.contains($0) } ?? false }
      for entry in entries {
        let index: Int? = isNamed ? inputs.firstIndex { $0.name == entry.name } : nextFree
        guard let index else {
          throw NGraphError(
            .run, "invalidInput", "there is no input for the array '\(entry.name ?? "")'", at: archive)
        }
        set(ModelValue(entry.value), at: index)
      }
    }

    /// Reads the files, those that say nothing of their shapes last.
    mutating func read(shapes: [String: [Int]]) throws(NGraphError) {
      for isRaw in [false, true] {
        for (index, path) in paths.enumerated() {
          guard let path, FileSystem.isRaw(path) == isRaw else { continue }
          let expected: ExpectedValue? = InputShapes(shapes).expected(inputs[index], symbols: symbols)
          let entries: [NamedValue]
          do { entries = try TensorFiles.read(path: path, as: expected) } catch {
            var located = NGraphError(error)
            located.message += " (for input \(inputs[index]))"
            throw located
          }
          guard entries.count == 1 else {
            throw NGraphError(
              .run, "invalidInput",
              "expected one value for input '\(inputs[index].name)', found \(entries.count)",
              at: path)
          }
          set(ModelValue(entries[0].value), at: index)
        }
      }
    }

    private mutating func set(_ value: ModelValue, at index: Int) {
      values[index] = value
      guard let shape = value.array?.shape, let extents = inputs[index].extents, extents.count == shape.count
      else { return }
      for (extent, size) in zip(extents, shape) {
        if case .symbolic(let name) = extent, symbols[name] == nil { symbols[name] = size }
      }
    }

    func complete(with filling: InputFilling?, shapes: [String: [Int]]) throws(NGraphError) -> [ModelValue] {
      var complete: [ModelValue] = []
      var missing: [String] = []
      for (index, input) in inputs.enumerated() {
        if let value = values[index] {
          complete.append(value)
        } else if let filling {
          complete.append(.array(NDArray(try fill(index, with: filling, shapes: shapes))))
        } else {
          missing.append(input.description)
        }
      }
      guard missing.isEmpty else {
        throw NGraphError(
          .run, "missingInput",
          "no file for \(missing.joined(separator: "; ")): give one by position or as name=path, or --random SEED, or --ones"
        )
      }
      return complete
    }

    private func fill(_ index: Int, with filling: InputFilling, shapes: [String: [Int]]) throws(NGraphError)
      -> Tensor
    {
      let input: ValueDescription = inputs[index]
      guard let type = input.dataType?.elementType,
        let extents = InputShapes(shapes).extents(of: input, symbols: symbols)
      else {
        throw NGraphError(
          .run, "missingInput", "\(input.kind) needs a file or --shape \(input.name)=...",
          at: "input '\(input.name)'")
      }
      let shape = Shape(checking: extents.map { $0 ?? 1 })
      if let shape, let bytes = type.byteCount(of: shape.count), bytes > PhysicalMemory.bytes {
        throw NGraphError(
          .run, "tooLarge", "values for \(type.name)\(shape) need more memory than the machine has",
          at: "input '\(input.name)'")
      }
      guard let shape, type.byteCount(of: shape.count) != nil,
        let tensor = filling.tensor(type, shape, index: index)
      else {
        throw NGraphError(
          .run, "unsupportedType", "there are no values to make up for \(input.kind)",
          at: "input '\(input.name)'")
      }
      return tensor
    }
  }
}
