#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Text to the user: plain to a file or pipe, with a little emphasis on a terminal, never with `NO_COLOR`.
enum Terminal {
  private static let isColored: Bool = {
    guard isatty(STDOUT_FILENO) == 1 else { return false }
    if let value = getenv("NO_COLOR"), value.pointee != 0 { return false }
    if let value = getenv("TERM"), String(cString: value) == "dumb" { return false }
    return true
  }()

  /// A heading or name, bold on a terminal.
  static func strong(_ text: String) -> String { isColored ? "\u{1B}[1m\(text)\u{1B}[0m" : text }
  /// What is good, green on a terminal.
  static func good(_ text: String) -> String { isColored ? "\u{1B}[32m\(text)\u{1B}[0m" : text }
  /// What is bad, red on a terminal.
  static func bad(_ text: String) -> String { isColored ? "\u{1B}[31m\(text)\u{1B}[0m" : text }
  /// What is less important, dim on a terminal.
  static func faint(_ text: String) -> String { isColored ? "\u{1B}[2m\(text)\u{1B}[0m" : text }

  /// A line to standard output. Ends the process quietly where nobody reads it any more.
  static func write(_ line: String) { put(line + "\n", STDOUT_FILENO) }

  /// A line beside the results, to standard error.
  static func note(_ text: String) { put("ngraph: \(text)\n", STDERR_FILENO) }

  /// The line `ngraph: error: ...` to standard error.
  static func error(_ message: String) {
    let line: String = message.split(separator: "\n", omittingEmptySubsequences: true).joined(separator: " ")
    put("ngraph: error: \(line)\n", STDERR_FILENO)
  }

  private static func put(_ text: String, _ descriptor: Int32) {
    var text: String = text
    text.withUTF8 { bytes in
      var rest: UnsafeRawBufferPointer = UnsafeRawBufferPointer(bytes)
      while let base = rest.baseAddress, !rest.isEmpty {
        let count: Int = Self.write(descriptor, base, rest.count)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { exit(1) }
        rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
      }
    }
  }

  private static func write(_ descriptor: Int32, _ base: UnsafeRawPointer, _ count: Int) -> Int {
    #if canImport(Glibc)
      Glibc.write(descriptor, base, count)
    #else
      Darwin.write(descriptor, base, count)
    #endif
  }
}
