#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif
package import Tensors

/// A regular file, mapped read-only; or memory that stands for one.
///
/// Folders, pipes, sockets and devices are refused before anything is read. Pages come in as they are
/// touched: the mapping starts out without read-ahead, so that looking at a file's structure does not pull
/// in the weights between; `prefersReadAhead()` changes that once the structure is known. The size is the
/// one at the time of opening; whoever shortens a file while it is mapped breaks its readers, as with any
/// mapping.
package final class MappedFile: @unchecked Sendable {
  /// The path that was opened; nil for memory.
  package let path: String?
  package let count: Int
  let base: UnsafeRawPointer
  /// The file's device and number; nil for memory.
  let identity: FileIdentity?
  private let memory: Storage?
  /// Open for as long as the mapping, so that `read` copies without touching it; -1 for memory and where
  /// enough files are open.
  private let descriptor: Int32

  /// How many more files may stay open.
  private static let openable = Guarded<Int>(64)

  /// Maps the file at `path`, symbolic links followed.
  package convenience init(path: String) throws(FormatError) {
    guard !path.utf8.contains(0) else {
      throw FormatError(.notFound, "a path has no zero byte", place: .init(path: path))
    }
    let descriptor: Int32 = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemFailure.error("can't open", path: path) }
    try self.init(adopting: descriptor, path: path)
  }

  /// Maps the file behind `descriptor`, which becomes its own.
  init(adopting descriptor: Int32, path: String) throws(FormatError) {
    var isKept: Bool = false
    defer { if !isKept { close(descriptor) } }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw SystemFailure.error("can't examine", path: path) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw FormatError(
        .unsafePath, "expected a regular file, found \(SystemFailure.kind(of: status.st_mode))",
        place: .init(path: path))
    }
    self.path = path
    identity = FileIdentity(status)
    memory = nil
    guard status.st_size > 0 else {
      count = 0
      base = Self.nothing
      self.descriptor = -1
      return
    }
    let size = Int(status.st_size)
    guard let address = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), address != MAP_FAILED else {
      throw SystemFailure.error("can't map", path: path)
    }
    count = size
    base = UnsafeRawPointer(address)
    isKept = Self.openable.withValue { left in
      guard left > 0 else { return false }
      left -= 1
      return true
    }
    self.descriptor = isKept ? descriptor : -1
    madvise(address, size, MADV_RANDOM)
  }

  /// Memory in a file's place.
  package init(memory: Storage) {
    path = nil
    identity = nil
    self.memory = memory
    descriptor = -1
    base = UnsafeRawPointer(memory.base)
    count = memory.byteCount
  }

  deinit {
    if memory == nil, count > 0 { munmap(UnsafeMutableRawPointer(mutating: base), count) }
    if descriptor >= 0 {
      close(descriptor)
      Self.openable.withValue { $0 += 1 }
    }
  }

  /// Tells the system that what follows reads the file front to back.
  package func prefersReadAhead() {
    if memory == nil, count > 0 { madvise(UnsafeMutableRawPointer(mutating: base), count, MADV_NORMAL) }
  }

  /// The whole file as a storage that keeps it mapped.
  package func storage() -> Storage {
    memory ?? Storage(borrowing: base, byteCount: count, owner: self)
  }

  /// Valid while the file is.
  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

  nonisolated(unsafe) private static let nothing = UnsafeRawPointer(
    UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 64))
}

extension MappedFile: RereadableBytes {
  package func giveBack(_ bytes: UnsafeRawBufferPointer) {
    guard memory == nil, let start = bytes.baseAddress else { return }
    let page = UInt(sysconf(Int32(_SC_PAGESIZE)))
    let first: UInt = (UInt(bitPattern: start) + page - 1) / page * page
    let end: UInt = (UInt(bitPattern: start) + UInt(bytes.count)) / page * page
    guard first < end, let address = UnsafeMutableRawPointer(bitPattern: first) else { return }
    madvise(address, Int(end - first), MADV_DONTNEED)
  }

  package func read(_ bytes: UnsafeRawBufferPointer, into target: UnsafeMutableRawPointer) -> Bool {
    guard descriptor >= 0, let start = bytes.baseAddress, start >= base,
      start - base <= count - bytes.count
    else { return false }
    var done: Int = 0
    while done < bytes.count {
      let step: Int = pread(descriptor, target + done, bytes.count - done, off_t(start - base + done))
      if step < 0, errno == EINTR { continue }
      guard step > 0 else { return false }
      done += step
    }
    return true
  }
}

/// What tells two names of one file from two files.
struct FileIdentity: Sendable, Hashable {
  var device: UInt64
  var number: UInt64

  init(_ status: stat) {
    device = UInt64(truncatingIfNeeded: status.st_dev)
    number = UInt64(truncatingIfNeeded: status.st_ino)
  }

  /// The identity of what `path` names, links followed; nil where there is nothing.
  init?(path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    self.init(status)
  }
}
