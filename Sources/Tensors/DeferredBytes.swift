#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// What the bytes of a storage will be, computed on demand; the same bytes each time, on any thread.
package protocol DeferredContent: Sendable {
  /// Writes the bytes `range`, which begins and ends between elements, to `target`.
  func write(_ range: Range<Int>, to target: UnsafeMutableRawPointer)
}

/// Bytes that are computed when they are first required and stay from then on. Any number of threads may
/// require some at the same time: one computes, the others wait.
final class DeferredBytes: @unchecked Sendable {
  /// Bytes that are computed together: a few pages.
  private static let blockBytes: Int = 1 << 13

  private struct State {
    /// What computes; nil once all is there.
    var content: (any DeferredContent)?
    var isThere: [Bool]
    var missing: Int
  }

  private let bytes: UnsafeMutableRawBufferPointer
  private let state: Guarded<State>

  init(_ content: any DeferredContent, _ bytes: UnsafeMutableRawBufferPointer) {
    self.bytes = bytes
    let blocks: Int = (bytes.count + Self.blockBytes - 1) / Self.blockBytes
    state = Guarded(State(content: content, isThere: Array(repeating: false, count: blocks), missing: blocks))
  }

  /// What computes the bytes, unless all of them are there.
  var content: (any DeferredContent)? { state.withValue { $0.content } }

  func completeAll() { require([0..<bytes.count]) }

  /// Returns when the bytes of all `ranges` are there.
  func require(_ ranges: some Sequence<Range<Int>>) {
    state.withValue { state in
      guard let content = state.content else { return }
      for range in ranges where !range.isEmpty {
        let last: Int = (range.upperBound - 1) / Self.blockBytes
        var block: Int = range.lowerBound / Self.blockBytes
        while block <= last {
          let first: Int = block
          while block <= last, !state.isThere[block] {
            state.isThere[block] = true
            block += 1
          }
          state.missing -= block - first
          write(first..<block, content)
          if block <= last, block == first { block += 1 }
        }
      }
      if state.missing == 0 { state.content = nil }
    }
  }

  private func write(_ blocks: Range<Int>, _ content: any DeferredContent) {
    guard let base = bytes.baseAddress, !blocks.isEmpty else { return }
    let first: Int = blocks.lowerBound * Self.blockBytes
    content.write(first..<min(blocks.upperBound * Self.blockBytes, bytes.count), to: base + first)
  }
}

/// Who owns borrowed bytes and can read them anew, as a mapped file does: memory that holds them for the time
/// being may be given back.
package protocol RereadableBytes: AnyObject {
  /// Gives back the memory of what lies wholly in these bytes. They stay readable.
  func giveBack(_ bytes: UnsafeRawBufferPointer)
  /// Copies these bytes without taking up memory where they lie; false where that can't be done.
  func read(_ bytes: UnsafeRawBufferPointer, into target: UnsafeMutableRawPointer) -> Bool
}

extension Tensor {
  /// Bytes from which on it is worth the effort to save memory.
  private static let worthwhileBytes: Int = 1 << 16

  /// Who can read the elements anew.
  private var rereadable: (any RereadableBytes)? {
    byteCount >= Self.worthwhileBytes ? storage.owner as? any RereadableBytes : nil
  }

  /// Where the elements are or will be: tells tensors apart. Deferred ones may not be there yet.
  package var address: UnsafeRawPointer { UnsafeRawPointer(storage.address) + byteOffset }

  /// Whether elements are yet to be computed.
  package var isDeferred: Bool { storage.deferred?.content != nil }

  /// Whether the elements are better copied by `read` than read in place by whoever reads them once.
  package var isBetterCopied: Bool { isDeferred || rereadable != nil }

  /// Gives back the memory of elements that are not needed soon, where they can be read anew. They stay
  /// readable.
  package func giveBackMemory() {
    rereadable?.giveBack(UnsafeRawBufferPointer(start: base, count: byteCount))
  }

  /// Copies the bytes `range`, which begins and ends between elements, to `target`, without taking up memory
  /// for elements that are deferred or lie in a file.
  package func read(_ range: Range<Int>, into target: UnsafeMutableRawPointer) {
    if let content = storage.deferred?.content {
      content.write(range.lowerBound + byteOffset..<range.upperBound + byteOffset, to: target)
      return
    }
    let source = UnsafeRawBufferPointer(start: address + range.lowerBound, count: range.count)
    if let rereadable, rereadable.read(source, into: target) { return }
    target.copyMemory(from: address + range.lowerBound, byteCount: range.count)
  }

  /// Returns when the bytes of `ranges` are at `address`.
  package func require(_ ranges: some Sequence<Range<Int>>) {
    let offset: Int = byteOffset
    storage.deferred?.require(ranges.lazy.map { $0.lowerBound + offset..<$0.upperBound + offset })
  }
}
