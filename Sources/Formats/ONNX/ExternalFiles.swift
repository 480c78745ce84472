#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif
internal import Models
internal import Tensors

/// The files that hold external data of one model, each mapped once.
///
/// A model names them, so a model must not be able to reach anything but data beside it: a location is a
/// relative path that stays below the model's folder, no component of it is a symbolic link, and the file
/// is a regular one with a single name. Folders are opened one inside the other, so that nothing can be
/// exchanged between the check and the use.
final class ExternalFiles {
  private let directory: String
  private var opened: [[String]: (file: MappedFile, storage: Storage)] = [:]

  init(directory: String) { self.directory = directory }

  /// The slice that `reference` names. `needed` is its length where the reference says none.
  func slice(_ reference: ExternalData, needed: Int?) throws(FormatError) -> PayloadBytes {
    let (file, storage) = try open(reference.location)
    guard reference.offset >= 0, reference.offset <= file.count else {
      throw FormatError(
        .invalid, "external data: expected an offset within \(file.count) bytes, found \(reference.offset)",
        place: .init(path: file.path))
    }
    let available: Int = file.count - reference.offset
    let length: Int = reference.length ?? needed ?? available
    guard length >= 0, length <= available else {
      throw FormatError(
        .truncated,
        "external data: expected \(length) bytes from \(reference.offset) on, found \(available)",
        place: .init(path: file.path))
    }
    return PayloadBytes(storage: storage, offset: reference.offset, count: length)
  }

  private func open(_ location: String) throws(FormatError) -> (MappedFile, Storage) {
    let components: [String] = try FilePaths.componentsBelow(location)
    if let known = opened[components] { return known }
    let path: String = FilePaths.join(directory, components.joined(separator: "/"))
    let descriptor: Int32 = try Self.openBelow(directory, components, path: path)
    let file = try MappedFile(adopting: descriptor, path: path)
    file.prefersReadAhead()
    let entry: (MappedFile, Storage) = (file, file.storage())
    opened[components] = entry
    return entry
  }

  private static func openBelow(
    _ directory: String, _ components: [String], path: String
  ) throws(FormatError) -> Int32 {
    var folder: Int32 = openFolder(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { throw SystemFailure.error("can't open the model's folder", path: directory) }
    defer { close(folder) }
    for component in components.dropLast() {
      let inner: Int32 = openat(folder, component, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
      guard inner >= 0 else { throw refusal(path) }
      close(folder)
      folder = inner
    }
    let file: Int32 = openat(
      folder, components[components.count - 1], O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC)
    guard file >= 0 else { throw refusal(path) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_nlink == 1 else {
      let kind: String =
        status.st_mode & S_IFMT == S_IFREG ? "one with other names" : SystemFailure.kind(of: status.st_mode)
      close(file)
      throw FormatError(
        .unsafePath, "external data: expected a regular file without hard links, found \(kind)",
        place: .init(path: path))
    }
    return file
  }

  private static func refusal(_ path: String) -> FormatError {
    guard errno == ELOOP || errno == EMLINK else {
      return SystemFailure.error("can't open external data", path: path)
    }
    return FormatError(
      .unsafePath, "external data: expected a regular file, found a symbolic link", place: .init(path: path))
  }
}

/// `open` under a name that no method hides.
private func openFolder(_ path: String, _ flags: Int32) -> Int32 { open(path, flags) }
