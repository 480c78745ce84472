#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// The bytes behind one or more tensors: memory of its own, a slice of something that somebody else owns (a
/// mapped file, a caller's array), which it keeps alive, or bytes that are computed when they are first read.
///
/// Whoever writes to a storage's bytes must be its only user; once a tensor has been handed on, its bytes
/// do not change. That is what makes the class sendable.
package final class Storage: @unchecked Sendable {
  /// The alignment in bytes of memory that `Storage` allocates.
  package static let alignment: Int = 64

  /// Where the first byte is or will be: tells storages apart. Deferred bytes may not be there yet.
  package let address: UnsafeMutableRawPointer
  package let byteCount: Int
  /// What keeps borrowed bytes alive; nil for memory of its own.
  package let owner: AnyObject?
  /// Who computes the bytes on demand; nil where they are there.
  let deferred: DeferredBytes?
  private let owned: Bool

  /// Regions from this size on are worth asking for large pages.
  private static let largeBytes: Int = 1 << 22

  /// The first byte, all bytes being there; valid also where `byteCount` is 0.
  package var base: UnsafeMutableRawPointer {
    deferred?.completeAll()
    return address
  }

  /// Allocates `byteCount` bytes, zeroed or with unspecified content, at a multiple of `alignment`.
  package init(byteCount: Int, zeroed: Bool = false, alignment: Int = Storage.alignment) {
    let size: Int = max(byteCount, 1)
    address = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: alignment)
    if zeroed { address.initializeMemory(as: UInt8.self, repeating: 0, count: size) }
    self.byteCount = byteCount
    owner = nil
    deferred = nil
    owned = true
  }

  /// Bytes that `content` computes: all of them when `base` is asked for, or the part that is required. Their
  /// memory is taken up as they come.
  package init(byteCount: Int, deferring content: any DeferredContent) {
    address = UnsafeMutableRawPointer.allocate(byteCount: max(byteCount, 1), alignment: Self.alignment)
    self.byteCount = byteCount
    owner = nil
    deferred = DeferredBytes(content, UnsafeMutableRawBufferPointer(start: address, count: byteCount))
    owned = true
  }

  /// Asks for large pages, which take fewer faults and fewer entries of the processor's page tables, from the
  /// byte `offset` on. For memory of its own that is about to be filled.
  package func prefersLargePages(from offset: Int = 0) {
    #if os(Linux)
      guard owned, byteCount - offset >= Self.largeBytes else { return }
      let page: Int = max(sysconf(Int32(_SC_PAGESIZE)), 1)
      let first: Int = (Int(bitPattern: address) + offset + page - 1) / page * page
      let end: Int = (Int(bitPattern: address) + byteCount) / page * page
      guard end > first, let start = UnsafeMutableRawPointer(bitPattern: first) else { return }
      madvise(start, end - first, MADV_HUGEPAGE)
    #endif
  }

  /// Refers to `byteCount` bytes at `base` that live as long as `owner` and are never written.
  package init(borrowing base: UnsafeRawPointer, byteCount: Int, owner: AnyObject) {
    address = UnsafeMutableRawPointer(mutating: base)
    self.byteCount = byteCount
    self.owner = owner
    deferred = nil
    owned = false
  }

  deinit {
    if owned { address.deallocate() }
  }
}

/// The elements behind a tensor of strings. Strings are UTF-8 text.
package final class StringStorage: Sendable {
  package let elements: [String]

  package init(_ elements: [String]) { self.elements = elements }
}
