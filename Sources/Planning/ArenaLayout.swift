/// Places buffers with lifetimes into one block of memory, so that buffers that live at the same time do
/// not overlap: largest first, each at the lowest offset where it fits.
package struct ArenaLayout {
  package struct Buffer: Sendable {
    package let bytes: Int
    /// The first and the last step during which the buffer holds something.
    package let first: Int
    package let last: Int

    package init(bytes: Int, first: Int, last: Int) {
      self.bytes = bytes
      self.first = first
      self.last = last
    }
  }

  /// The alignment of every buffer, in bytes.
  package static let alignment: Int = 64

  /// Offsets in the order of the buffers.
  package let offsets: [Int]
  /// Bytes of the whole block.
  package let bytes: Int

  package init(_ buffers: [Buffer]) {
    var offsets = [Int](repeating: 0, count: buffers.count)
    var placed: [(first: Int, last: Int, start: Int, end: Int)] = []
    var total: Int = 0
    let order: [Int] = buffers.indices.sorted {
      (buffers[$0].bytes, buffers[$1].first, $1) > (buffers[$1].bytes, buffers[$0].first, $0)
    }
    for index in order {
      let buffer: Buffer = buffers[index]
      let size: Int = (buffer.bytes + Self.alignment - 1) / Self.alignment * Self.alignment
      var start: Int = 0
      // `placed` is sorted by offset: the first gap among those alive at the same time that is wide enough.
      for other in placed where other.first <= buffer.last && buffer.first <= other.last {
        if start + size <= other.start { break }
        start = max(start, other.end)
      }
      offsets[index] = start
      total = max(total, start + size)
      let entry = (first: buffer.first, last: buffer.last, start: start, end: start + size)
      let position: Int = placed.firstIndex { $0.start > start } ?? placed.count
      placed.insert(entry, at: position)
    }
    self.offsets = offsets
    bytes = total
  }
}
