package import Models

/// A file format of models: how its files are recognized, read and written.
///
/// A reader takes hostile bytes: it refuses or returns, within memory in proportion to the file, and never
/// traps. A writer never damages what was at its path before it has succeeded.
package protocol ModelFormat {
  /// The name that users see.
  static var name: String { get }
  /// The file extensions, in lower case and without the dot.
  static var extensions: [String] { get }

  static func read(_ file: MappedFile, options: ModelReadOptions) throws(FormatError) -> Model
  static func write(_ model: Model, to path: String, options: ModelWriteOptions) throws(FormatError)
}

/// How a model is read.
package struct ModelReadOptions: Sendable {
  /// The folder that external data is relative to; nil is the folder of the file.
  package var directory: String?
  /// Whether external data is looked up, checked and mapped; otherwise its bytes are left out, and its
  /// files may be missing.
  package var resolvesExternalData: Bool

  package init(directory: String? = nil, resolvesExternalData: Bool = true) {
    self.directory = directory
    self.resolvesExternalData = resolvesExternalData
  }
}

/// How a model is written.
package struct ModelWriteOptions: Sendable {
  /// Where the bytes of tensors go.
  package enum Weights: Sendable, Hashable {
    /// Into the model's file, external data included.
    case inside
    /// Initializers of at least so many bytes into `<file name>.data` beside the model's file.
    case external(threshold: Int)
  }

  package var weights: Weights
  /// Whether every payload starts at a multiple of 64 bytes of its file; nil is yes for `.pb`.
  package var aligned: Bool?
  /// Whether an existing `.data` file may be replaced.
  package var replacesData: Bool

  package init(weights: Weights = .inside, aligned: Bool? = nil, replacesData: Bool = false) {
    self.weights = weights
    self.aligned = aligned
    self.replacesData = replacesData
  }
}
