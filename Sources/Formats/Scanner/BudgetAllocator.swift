internal import CONNX

/// The allocator that protobuf-c gets: an arena with a limit, given back as a whole.
///
/// Small blocks are cut from chunks and never freed one by one. Large ones, which are mostly the parser's
/// temporary lists, are freed when protobuf-c frees them.
final class BudgetAllocator {
  private static let chunkSize: Int = 1 << 16
  private static let largeSize: Int = 1 << 13

  private let limit: Int
  private var live: Int = 0
  private var chunks: [UnsafeMutableRawPointer] = []
  private var large: [UnsafeMutableRawPointer: Int] = [:]
  private var next: UnsafeMutableRawPointer?
  private var remaining: Int = 0
  private(set) var isExhausted: Bool = false

  init(limit: Int) { self.limit = limit }

  deinit {
    for chunk in chunks { chunk.deallocate() }
    for block in large.keys { block.deallocate() }
  }

  /// Parses `bytes` as a message of the given type. The message lives as long as this allocator; nil where
  /// protobuf-c refused the bytes or the limit was reached.
  func unpack(
    _ bytes: [UInt8], as descriptor: UnsafePointer<ProtobufCMessageDescriptor>
  ) -> UnsafeMutablePointer<ProtobufCMessage>? {
    var interface = ProtobufCAllocator()
    interface.allocator_data = Unmanaged.passUnretained(self).toOpaque()
    interface.alloc = { context, size in
      guard let context else { return nil }
      return Unmanaged<BudgetAllocator>.fromOpaque(context).takeUnretainedValue().allocate(size)
    }
    interface.free = { context, block in
      guard let context, let block else { return }
      Unmanaged<BudgetAllocator>.fromOpaque(context).takeUnretainedValue().release(block)
    }
    return bytes.withUnsafeBufferPointer { buffer in
      protobuf_c_message_unpack(descriptor, &interface, buffer.count, buffer.baseAddress)
    }
  }

  private func allocate(_ size: Int) -> UnsafeMutableRawPointer? {
    let rounded: Int = (max(size, 1) + 7) & ~7
    guard size >= 0, rounded <= limit - live else {
      isExhausted = true
      return nil
    }
    if rounded >= Self.largeSize {
      let block = UnsafeMutableRawPointer.allocate(byteCount: rounded, alignment: 16)
      large[block] = rounded
      live += rounded
      return block
    }
    if rounded > remaining {
      let chunk = UnsafeMutableRawPointer.allocate(byteCount: Self.chunkSize, alignment: 16)
      chunks.append(chunk)
      next = chunk
      remaining = Self.chunkSize
    }
    live += rounded
    defer {
      next = next.map { $0 + rounded }
      remaining -= rounded
    }
    return next
  }

  private func release(_ block: UnsafeMutableRawPointer) {
    guard let size = large.removeValue(forKey: block) else { return }
    live -= size
    block.deallocate()
  }
}
