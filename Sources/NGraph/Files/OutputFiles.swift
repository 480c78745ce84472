internal import Formats
internal import Tensors

/// Files that a run's outputs are written to or compared with: a file by its extension (`.bin`, `.npy`,
/// `.npz`, `.pb`), or a folder with a file `output_<i>` for each output, in the order of the outputs.
package struct OutputFiles: Sendable {
  package let path: String

  package init(path: String) { self.path = path }

  private var isFolder: Bool {
    FileSystem.isFolder(path) || path.hasSuffix("/")
      || !FileSystem.valueExtensions.contains(FilePaths.fileExtension(of: path))
  }

  private var isArchive: Bool { FilePaths.fileExtension(of: path) == "npz" }

  /// Writes `values`, each file as a whole or not at all: `.npy` files in a folder (`.pb` for containers).
  package func write(_ values: [ModelValue], outputs: [ValueDescription]) throws(NGraphError) {
    let named: [NamedValue] = zip(outputs, values).map { NamedValue(name: $0.name, $1.value) }
    if isFolder {
      try FileSystem.makeFolder(path)
      for (index, entry) in named.enumerated() {
        let suffix: String = entry.value.tensor == nil ? "pb" : "npy"
        try write([entry], to: FilePaths.join(path, "output_\(index).\(suffix)"))
      }
    } else {
      guard isArchive || named.count == 1 else { throw severalOutputs(named.count) }
      try write(named, to: path)
    }
  }

  private func write(_ values: [NamedValue], to path: String) throws(NGraphError) {
    do { try TensorFiles.write(values, to: path) } catch { throw NGraphError(error) }
  }

  /// The values in the files for outputs that turned out to be `actual`; nil for one that a folder or
  /// archive does not have.
  package func read(like actual: [ModelValue], outputs: [ValueDescription]) throws(NGraphError)
    -> [ModelValue?]
  {
    if isFolder {
      var values: [ModelValue?] = []
      for (index, value) in actual.enumerated() {
        guard let file = FileSystem.value("output_\(index)", in: path) else {
          values.append(nil)
          continue
        }
        values.append(try read(file, like: value).first.map { ModelValue($0.value) })
      }
      guard values.contains(where: { $0 != nil }) else {
        throw NGraphError(
          .format, "notFound", "the folder has no output_0.pb (or .npy, .npz, .bin)", at: path)
      }
      return values
    }
    guard isArchive || actual.count == 1 else { throw severalOutputs(actual.count) }
    let entries: [NamedValue] = try read(path, like: isArchive ? nil : actual.first)
    let isNamed: Bool = entries.contains { entry in outputs.contains { $0.name == entry.name } }
    return outputs.enumerated().map { index, output in
      if isNamed { return entries.first { $0.name == output.name }.map { ModelValue($0.value) } }
      return index < entries.count ? ModelValue(entries[index].value) : nil
    }
  }

  private func read(_ path: String, like actual: ModelValue?) throws(NGraphError) -> [NamedValue] {
    // Only a file that says nothing itself needs to be told; the others are compared with what is expected.
    var expected: ExpectedValue?
    if FileSystem.isRaw(path), let tensor = actual?.array?.tensor {
      expected = .tensor(tensor.elementType, shape: tensor.shape.extents)
    } else if let actual {
      expected = Self.kind(of: actual)
    }
    do { return try TensorFiles.read(path: path, as: expected) } catch { throw NGraphError(error) }
  }

  private static func kind(of value: ModelValue) -> ExpectedValue? {
    switch value {
    case .array: .tensor(nil, shape: nil)
    case .sequence(let elements): .sequence(elements.first.flatMap { kind(of: $0) })
    case .optional(let element): .optional(element.flatMap { kind(of: $0) })
    case .map: .map
    }
  }

  private func severalOutputs(_ count: Int) -> NGraphError {
    NGraphError(
      .format, "unsupported", "the model has \(count) outputs: expected a folder or an archive (.npz)",
      at: path)
  }
}
