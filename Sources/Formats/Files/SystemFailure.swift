#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// The operating system's refusals as errors of this module.
enum SystemFailure {
  /// The error for a call that has just failed and set `errno`.
  static func error(_ action: String, path: String) -> FormatError {
    let number: Int32 = errno
    let reason: String = strerror(number).map { String(cString: $0) } ?? "error \(number)"
    let code: FormatError.Code = number == ENOENT || number == ENOTDIR ? .notFound : .inputOutput
    return FormatError(code, "\(action): \(reason)", place: .init(path: path))
  }

  /// What a file mode says a path is, for messages.
  static func kind(of mode: mode_t) -> String {
    switch mode & S_IFMT {
    case S_IFREG: "a regular file"
    case S_IFDIR: "a folder"
    case S_IFIFO: "a pipe"
    case S_IFSOCK: "a socket"
    case S_IFLNK: "a symbolic link"
    default: "a device"
    }
  }
}
