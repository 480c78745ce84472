#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// A file that appears at its path complete or not at all.
///
/// Bytes go to a new file beside the path. `commit()` brings them to disk and renames the file to its path;
/// a file that is let go before that is removed. What was at the path stays as it was until then, and a
/// mapping of it stays valid even after. A symbolic link at the path is followed, its target replaced.
final class AtomicFile: ByteSink {
  let path: String
  private let target: String
  private let temporary: String
  private var descriptor: Int32
  private var buffer: [UInt8] = []
  private static let bufferSize: Int = 1 << 18

  init(path: String) throws(FormatError) {
    var status = stat()
    var mode: mode_t = 0o666
    var target: String = path
    var isReplacing: Bool = false
    if stat(path, &status) == 0 {
      guard status.st_mode & S_IFMT == S_IFREG else {
        throw FormatError(
          .unsafePath,
          "can't write: expected a regular file or none, found \(SystemFailure.kind(of: status.st_mode))",
          place: .init(path: path))
      }
      mode = status.st_mode & 0o777
      isReplacing = true
      if let resolved = realpath(path, nil) {
        target = String(cString: resolved)
        free(resolved)
      }
    }
    self.path = path
    self.target = target
    let name: String = FilePaths.lastComponent(of: target)
    guard !name.isEmpty, !path.utf8.contains(0) else {
      throw FormatError(
        .unsafePath, "can't write: expected a file name, found none", place: .init(path: path))
    }
    var attempt: Int = 0
    var candidate: String = ""
    var opened: Int32 = -1
    repeat {
      candidate = FilePaths.join(FilePaths.folder(of: target), ".\(name).\(getpid()).\(attempt)")
      opened = open(candidate, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
      attempt += 1
    } while opened < 0 && errno == EEXIST && attempt < 1000
    guard opened >= 0 else { throw SystemFailure.error("can't write", path: path) }
    temporary = candidate
    descriptor = opened
    if isReplacing { fchmod(opened, mode) }
    buffer.reserveCapacity(Self.bufferSize)
  }

  deinit {
    guard descriptor >= 0 else { return }
    close(descriptor)
    unlink(temporary)
  }

  func append(_ byte: UInt8) throws(FormatError) {
    if buffer.count == Self.bufferSize { try flush() }
    buffer.append(byte)
  }

  func append(_ bytes: UnsafeRawBufferPointer) throws(FormatError) {
    let isLarge: Bool = bytes.count > Self.bufferSize / 2
    if isLarge || bytes.count > Self.bufferSize - buffer.count { try flush() }
    if isLarge {
      try write(bytes)
    } else {
      buffer.append(contentsOf: bytes)
    }
  }

  /// Makes the file appear at its path.
  func commit() throws(FormatError) {
    try flush()
    guard fsync(descriptor) == 0 else { throw SystemFailure.error("can't write", path: path) }
    guard rename(temporary, target) == 0 else { throw SystemFailure.error("can't replace", path: path) }
    close(descriptor)
    descriptor = -1
    let folder: Int32 = open(FilePaths.folder(of: target), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if folder >= 0 {
      fsync(folder)
      close(folder)
    }
  }

  private func flush() throws(FormatError) {
    let pending: [UInt8] = buffer
    buffer.removeAll(keepingCapacity: true)
    try pending.withUnsafeBufferPointer { (bytes) throws(FormatError) in
      try write(UnsafeRawBufferPointer(bytes))
    }
  }

  private func write(_ bytes: UnsafeRawBufferPointer) throws(FormatError) {
    guard let base = bytes.baseAddress else { return }
    var written: Int = 0
    while written < bytes.count {
      let step: Int = put(descriptor, base + written, min(bytes.count - written, 1 << 30))
      if step < 0 && errno == EINTR { continue }
      guard step > 0 else { throw SystemFailure.error("can't write", path: path) }
      written += step
    }
  }
}

/// `write` under a name that no method hides.
private func put(_ descriptor: Int32, _ base: UnsafeRawPointer, _ count: Int) -> Int {
  write(descriptor, base, count)
}

/// Where a writer's bytes go.
protocol ByteSink: AnyObject {
  func append(_ byte: UInt8) throws(FormatError)
  func append(_ bytes: UnsafeRawBufferPointer) throws(FormatError)
}

extension ByteSink {
  func append(_ bytes: [UInt8]) throws(FormatError) {
    try bytes.withUnsafeBufferPointer { (buffer) throws(FormatError) in
      try append(UnsafeRawBufferPointer(buffer))
    }
  }
}

/// Bytes in memory.
final class MemorySink: ByteSink {
  private(set) var bytes: [UInt8] = []

  func append(_ byte: UInt8) { bytes.append(byte) }
  func append(_ bytes: UnsafeRawBufferPointer) { self.bytes.append(contentsOf: bytes) }
}
