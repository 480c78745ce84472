package import Tensors

/// A file format of values: tensors and, where the format has them, sequences, optionals and maps.
package protocol TensorFormat {
  /// The name that users see.
  static var name: String { get }
  /// The file extensions, in lower case and without the dot.
  static var extensions: [String] { get }

  /// The values of a file, in the file's order. `expected` says what a format needs to know that its files
  /// don't say; what they do say is checked against it.
  static func read(
    _ file: MappedFile, as expected: ExpectedValue?
  ) throws(FormatError) -> [NamedValue]

  /// Replaces the file at `path`, as a whole or not at all.
  static func write(_ values: [NamedValue], to path: String) throws(FormatError)
}

/// A value of a file, under the name that the file gives it, if any.
package struct NamedValue: Sendable {
  package var name: String?
  package var value: Value

  package init(name: String? = nil, _ value: Value) {
    self.name = name
    self.value = value
  }
}

/// What a value of a file should be.
package indirect enum ExpectedValue: Sendable, Hashable {
  /// A tensor; nil is anything. A nil extent is free.
  case tensor(ElementType?, shape: [Int?]?)
  case sequence(ExpectedValue?)
  case optional(ExpectedValue?)
  case map
}
