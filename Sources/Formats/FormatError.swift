/// What went wrong while a file was read or written: what was expected, what was found, and where.
///
/// Every reader and writer of this module throws this type and nothing else.
package struct FormatError: Error, Sendable, CustomStringConvertible {
  /// The kind of failure; what a program may act on.
  package enum Code: String, Sendable, Hashable {
    /// There is no such file or folder.
    case notFound
    /// The operating system refused to open, read or write.
    case inputOutput
    /// What the path names is no regular file, or lies where it must not.
    case unsafePath
    /// The bytes are not of the format.
    case malformed
    /// The file ends before what it announces.
    case truncated
    /// The file asks for more depth, messages or memory than its size justifies.
    case limit
    /// The file is well formed and says something impossible.
    case invalid
    /// The file is well formed and uses something that this reader or writer does not know.
    case unsupported
    /// The file is fine and does not hold what was asked for.
    case mismatch
  }

  /// Where: a path, a byte offset in that file, and the names of what lies there, outermost first.
  package struct Place: Sendable, Hashable {
    package var path: String?
    package var offset: Int?
    package var element: String?

    package init(path: String? = nil, offset: Int? = nil, element: String? = nil) {
      self.path = path
      self.offset = offset
      self.element = element
    }
  }

  package var code: Code
  /// One sentence with what was expected and what was found.
  package var message: String
  package var place: Place
  package var cause: (any Error)?

  package init(_ code: Code, _ message: String, place: Place = Place(), cause: (any Error)? = nil) {
    self.code = code
    self.message = message
    self.place = place
    self.cause = cause
  }

  package var description: String {
    var text: String = ""
    if let path = place.path { text += path + ": " }
    if let element = place.element { text += element + ": " }
    text += message
    if let offset = place.offset { text += " (at byte \(offset))" }
    if let cause { text += ": \(cause)" }
    return text
  }

  /// The same error, with whatever `path` says where it says nothing.
  func located(in path: String?) -> FormatError {
    guard place.path == nil else { return self }
    var error: FormatError = self
    error.place.path = path
    return error
  }

  /// The same error, told to be inside of `element`.
  func within(_ element: String) -> FormatError {
    var error: FormatError = self
    error.place.element = place.element.map { element + ", " + $0 } ?? element
    return error
  }
}
