#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif
internal import Formats

/// The few questions to the file system that gathering inputs and outputs asks.
enum FileSystem {
  /// The extensions of files of values.
  static var valueExtensions: [String] { TensorFiles.formats.flatMap { $0.extensions } }

  /// Whether a file of values says neither type nor shape.
  static func isRaw(_ path: String) -> Bool {
    RawFormat.extensions.contains(FilePaths.fileExtension(of: path))
  }

  static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// The file of values called `name`, with any extension, in `folder`.
  static func value(_ name: String, in folder: String) -> String? {
    for suffix in valueExtensions {
      let path: String = FilePaths.join(folder, "\(name).\(suffix)")
      if access(path, F_OK) == 0 { return path }
    }
    return nil
  }

  /// Makes the folder `path` if there is none.
  static func makeFolder(_ path: String) throws(NGraphError) {
    if mkdir(path, 0o777) == 0 || isFolder(path) { return }
    let reason: String = strerror(errno).map { String(cString: $0) } ?? "error \(errno)"
    throw NGraphError(.format, "inputOutput", "can't make the folder: \(reason)", at: path)
  }
}
