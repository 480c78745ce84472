import Formats
import Tensors

/// Reads the value files of a case: a `TensorProto`, `SequenceProto` or `OptionalProto`, as the kind says.
enum ValueFile {
  static func read(_ path: String, kind: String) throws -> Value {
    guard let value = try TensorFiles.read(path: path, as: expected(kind)).first?.value else {
      throw CaseFailure(description: "the file holds no value")
    }
    return value
  }

  /// What `tensor`, `sequence(tensor)`, `optional(sequence(tensor))` and so on stand for.
  private static func expected(_ kind: String) -> ExpectedValue? {
    guard let open = kind.firstIndex(of: "(") else { return .tensor(nil, shape: nil) }
    let inner: ExpectedValue? = expected(String(kind[kind.index(after: open)...].dropLast()))
    return kind.hasPrefix("sequence") ? .sequence(inner) : .optional(inner)
  }
}

/// Why a case fails, for a reader.
struct CaseFailure: Error, CustomStringConvertible {
  let description: String
}
