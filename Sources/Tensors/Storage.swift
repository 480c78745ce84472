#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// The bytes behind one or more tensors: memory of its own, or a slice of something that somebody else
/// owns (a mapped file, a caller's array), which it keeps alive.
///
/// Whoever writes to a storage's bytes must be its only user; once a tensor has been handed on, its bytes
/// do not change. That is what makes the class sendable.
package final class Storage: @unchecked Sendable {
  /// The alignment in bytes of memory that `Storage` allocates.
  package static let alignment: Int = 64

  /// The first byte; valid also where `byteCount` is 0.
  package let base: UnsafeMutableRawPointer
  package let byteCount: Int
  /// What keeps borrowed bytes alive; nil for memory of its own.
  package let owner: AnyObject?
  private let owned: Bool

  /// Regions from this size on are worth asking for large pages.
  private static let largeBytes: Int = 1 << 22

  /// Allocates `byteCount` bytes, zeroed or with unspecified content, at a multiple of `alignment`.
  package init(byteCount: Int, zeroed: Bool = false) {
    let size: Int = max(byteCount, 1)
    base = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: Self.alignment)
    if zeroed { base.initializeMemory(as: UInt8.self, repeating: 0, count: size) }
    self.byteCount = byteCount
    owner = nil
    owned = true
  }

  /// Asks for large pages, which take fewer faults and fewer entries of the processor's page tables. For
  /// memory of its own that is about to be filled.
  package func prefersLargePages() {
    #if os(Linux)
      guard owned, byteCount >= Self.largeBytes else { return }
      let page: Int = max(sysconf(Int32(_SC_PAGESIZE)), 1)
      let first: Int = (Int(bitPattern: base) + page - 1) / page * page
      let end: Int = (Int(bitPattern: base) + byteCount) / page * page
      guard end > first, let address = UnsafeMutableRawPointer(bitPattern: first) else { return }
      madvise(address, end - first, MADV_HUGEPAGE)
    #endif
  }

  /// Refers to `byteCount` bytes at `base` that live as long as `owner` and are never written.
  package init(borrowing base: UnsafeRawPointer, byteCount: Int, owner: AnyObject) {
    self.base = UnsafeMutableRawPointer(mutating: base)
    self.byteCount = byteCount
    self.owner = owner
    owned = false
  }

  deinit {
    if owned { base.deallocate() }
  }
}

/// Who owns borrowed bytes and can read them anew, as a mapped file does: memory that holds them for the time
/// being may be given back.
package protocol RereadableBytes: AnyObject {
  /// Gives back the memory of what lies wholly in these bytes. They stay readable.
  func giveBack(_ bytes: UnsafeRawBufferPointer)
}

extension Tensor {
  /// Gives back the memory of elements that are not needed soon, where they can be read anew. They stay
  /// readable.
  package func giveBackMemory() {
    guard byteCount >= 1 << 16, let owner = storage.owner as? any RereadableBytes else { return }
    owner.giveBack(UnsafeRawBufferPointer(start: base, count: byteCount))
  }
}

/// The elements behind a tensor of strings. Strings are UTF-8 text.
package final class StringStorage: Sendable {
  package let elements: [String]

  package init(_ elements: [String]) { self.elements = elements }
}
