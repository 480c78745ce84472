package import Tensors

/// The bytes of a weight that is being packed, wherever they are: in memory, in a file, or yet to be
/// computed.
package struct WeightReader: Sendable {
  private let tensor: Tensor
  private let runner: any TaskRunner
  private let buffers: BufferPool

  /// Bytes of a part of a weight that is best read at a time: it stays in the cache until it is packed.
  package static let partBytes: Int = 1 << 18

  init(_ tensor: Tensor, runner: any TaskRunner, buffers: BufferPool) {
    self.tensor = tensor
    self.runner = runner
    self.buffers = buffers
  }

  /// Calls `body` with the elements `range`, which stay where they are during the call. For tasks of the
  /// cache's runner.
  package func withElements<Element: TensorElement>(
    _ range: Range<Int>, of type: Element.Type = Element.self, _ body: (UnsafePointer<Element>) -> Void
  ) {
    let stride: Int = MemoryLayout<Element>.stride
    guard tensor.isBetterCopied else {
      body((tensor.base + range.lowerBound * stride).assumingMemoryBound(to: type))
      return
    }
    buffers.withBuffer(range.count * stride) { copy in
      tensor.read(range.lowerBound * stride..<range.upperBound * stride, into: copy)
      body(UnsafePointer(copy.assumingMemoryBound(to: type)))
    }
  }

  /// Calls `body` with all elements, which the runner reads together.
  package func withElements<Element: TensorElement>(
    of type: Element.Type = Element.self, _ body: (UnsafePointer<Element>) -> Void
  ) {
    guard tensor.isBetterCopied else {
      body(tensor.base.assumingMemoryBound(to: type))
      return
    }
    let byteCount: Int = tensor.byteCount
    let parts: Int = (byteCount + Self.partBytes - 1) / Self.partBytes
    buffers.withBuffer(byteCount) { copy in
      runner.run(count: parts) { part, _ in
        let first: Int = part * Self.partBytes
        tensor.read(first..<min(first + Self.partBytes, byteCount), into: copy + first)
      }
      body(UnsafePointer(copy.assumingMemoryBound(to: type)))
    }
  }
}

/// Memory for the time of a call, used again by later ones.
final class BufferPool: Sendable {
  private let idle = Guarded<[Storage]>([])

  func withBuffer(_ byteCount: Int, _ body: (UnsafeMutableRawPointer) -> Void) {
    let found: Storage? = idle.withValue { idle in
      idle.lastIndex { $0.byteCount >= byteCount }.map { idle.remove(at: $0) }
    }
    let buffer: Storage = found ?? Storage(byteCount: byteCount)
    if found == nil { buffer.prefersLargePages() }
    body(buffer.base)
    idle.withValue { idle in
      // A larger one replaces a smaller one, so that there are no more than tasks at a time.
      if found == nil, let smaller = idle.firstIndex(where: { $0.byteCount < byteCount }) {
        idle.remove(at: smaller)
      }
      idle.append(buffer)
    }
  }

  func removeAll() { idle.withValue { $0.removeAll() } }
}
