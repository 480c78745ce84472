internal import Tensors

/// Values in files of any format that this module knows.
package enum TensorFiles {
  package static var formats: [any TensorFormat.Type] {
    [NPYFormat.self, NPZFormat.self, ProtoTensorFormat.self, RawFormat.self]
  }

  /// The values in the file at `path`, whose extension names the format. `expected` says what the format needs
  /// to know; what the file says is checked against it.
  package static func read(
    path: String, as expected: ExpectedValue? = nil
  ) throws(FormatError) -> [NamedValue] {
    let format: any TensorFormat.Type = try format(of: path)
    let file = try MappedFile(path: path)
    file.prefersReadAhead()
    do {
      let values: [NamedValue] = try format.read(file, as: expected)
      if let expected { for value in values { try expected.check(value.value) } }
      return values
    } catch {
      throw error.located(in: path)
    }
  }

  /// Writes `values` to `path` in the format that its extension names, as a whole or not at all.
  package static func write(_ values: [NamedValue], to path: String) throws(FormatError) {
    let format: any TensorFormat.Type = try format(of: path)
    do {
      try format.write(values, to: path)
    } catch {
      throw error.located(in: path)
    }
  }

  private static func format(of path: String) throws(FormatError) -> any TensorFormat.Type {
    let wanted: String = FilePaths.fileExtension(of: path)
    if let match = formats.first(where: { $0.extensions.contains(wanted) }) { return match }
    let known: String = formats.flatMap { $0.extensions }.map { "." + $0 }.joined(separator: ", ")
    throw FormatError(
      .unsupported, "expected a file of values (\(known)), found '.\(wanted)'", place: .init(path: path))
  }
}

extension ExpectedValue {
  /// Refuses a value that is not what was expected.
  func check(_ value: Value) throws(FormatError) {
    switch (self, value) {
    case (.tensor(let type, let shape), .tensor(let tensor)):
      if let type, type != tensor.elementType {
        throw FormatError(.mismatch, "expected elements of \(type.name), found \(tensor.elementType.name)")
      }
      guard let shape else { return }
      let isMatch: Bool =
        shape.count == tensor.shape.rank
        && zip(shape, tensor.shape.extents).allSatisfy { $0 == nil || $0 == $1 }
      guard isMatch else {
        let text: String = shape.map { $0.map(String.init) ?? "?" }.joined(separator: ", ")
        throw FormatError(.mismatch, "expected shape [\(text)], found \(tensor.shape)")
      }
    case (.sequence(let element), .sequence(let values)):
      if let element { for value in values { try element.check(value) } }
    case (.optional(let element), .optional(let value)):
      if let element, let value { try element.check(value) }
    case (.map, .map): return
    default: throw FormatError(.mismatch, "expected \(kind), found \(Self.kind(of: value))")
    }
  }

  private var kind: String {
    switch self {
    case .tensor: "a tensor"
    case .sequence: "a sequence"
    case .optional: "an optional"
    case .map: "a map"
    }
  }

  private static func kind(of value: Value) -> String {
    switch value {
    case .tensor: "a tensor"
    case .sequence: "a sequence"
    case .optional: "an optional"
    case .map: "a map"
    }
  }
}
