package import Models
package import Tensors

/// Models in files of any format that this module knows.
package enum ModelFiles {
  /// The formats; the first is the one of a file whose extension says nothing.
  package static var formats: [any ModelFormat.Type] { [ONNXFormat.self] }

  /// The model in the file at `path`; its weights stay in the mapped file.
  package static func read(
    path: String, options: ModelReadOptions = ModelReadOptions()
  ) throws(FormatError) -> Model {
    let file = try MappedFile(path: path)
    return try format(of: path).read(file, options: options)
  }

  /// The model in `bytes`; its weights stay in there. External data is left unresolved where `options` name
  /// no directory.
  package static func read(
    bytes: Storage, options: ModelReadOptions = ModelReadOptions()
  ) throws(FormatError) -> Model {
    var options: ModelReadOptions = options
    if options.directory == nil { options.resolvesExternalData = false }
    return try ONNXFormat.read(MappedFile(memory: bytes), options: options)
  }

  /// Writes `model` to `path` in the format that its extension names, as a whole or not at all.
  package static func write(
    _ model: Model, to path: String, options: ModelWriteOptions = ModelWriteOptions()
  ) throws(FormatError) {
    try format(of: path).write(model, to: path, options: options)
  }

  private static func format(of path: String) -> any ModelFormat.Type {
    let wanted: String = FilePaths.fileExtension(of: path)
    return formats.first { $0.extensions.contains(wanted) } ?? ONNXFormat.self
  }
}
