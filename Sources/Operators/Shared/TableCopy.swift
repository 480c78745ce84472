internal import Graphs
internal import Tensors

/// A copy that picks input positions axis by axis: `out[i, j, ...] = input[tables[0][i], tables[1][j], ...]`,
/// dense row-major on both sides. A position below 0 in any table leaves the output element as it is.
/// Trailing axes that are taken whole are copied as one piece.
struct TableCopy: Sendable {
  /// The tables of the axes before the last that is not taken whole.
  private let outer: [[Int]]
  /// Input strides in bytes of `outer`.
  private let strides: [Int]
  /// Offsets in bytes of the last axis' positions; negative to skip.
  private let inner: [Int]
  private let pieceBytes: Int
  private let rows: Int
  private let grain: Int

  init(_ tables: [[Int]], input: Shape, elementSize: Int) {
    var axes: Int = tables.count
    while axes > 0, tables[axes - 1] == Array(0..<input[axes - 1]) { axes -= 1 }
    let piece: Int = input.count(axes..<input.rank) &* elementSize
    pieceBytes = piece
    outer = Array(tables[..<max(axes - 1, 0)])
    strides = input.strides[..<max(axes - 1, 0)].map { $0 &* elementSize }
    inner = axes == 0 ? [0] : tables[axes - 1].map { $0 < 0 ? -1 : $0 &* piece }
    rows = pieceBytes == 0 || inner.isEmpty ? 0 : outer.reduce(1) { $0 &* $1.count }
    grain = max(1, (1 << 16) / max(pieceBytes &* inner.count, 1))
  }

  /// Copies from the bytes of slot `source` to those of slot `target`.
  func run(_ run: RunContext, from source: Int, to target: Int) {
    let out: UnsafeMutableRawPointer = run.slots[target]
    let input = UnsafeRawPointer(run.slots[source])
    let rowBytes: Int = pieceBytes &* inner.count
    run.forRanges(of: rows, grain: grain) { range, _ in
      for row in range {
        let offset: Int = inputOffset(row)
        if offset >= 0 { copyRow(out + row &* rowBytes, input + offset) }
      }
    }
  }

  private func inputOffset(_ row: Int) -> Int {
    var rest: Int = row
    var offset: Int = 0
    var axis: Int = outer.count &- 1
    while axis >= 0 {
      let extent: Int = outer[axis].count
      let position: Int = outer[axis][rest % extent]
      rest /= extent
      if position < 0 { return -1 }
      offset &+= position &* strides[axis]
      axis &-= 1
    }
    return offset
  }

  private func copyRow(_ out: UnsafeMutableRawPointer, _ input: UnsafeRawPointer) {
    switch pieceBytes {
    case 1: copyRow(out, input, of: UInt8.self)
    case 2: copyRow(out, input, of: UInt16.self)
    case 4: copyRow(out, input, of: UInt32.self)
    case 8: copyRow(out, input, of: UInt64.self)
    default:
      for index in inner.indices where inner[index] >= 0 {
        (out + index &* pieceBytes).copyMemory(from: input + inner[index], byteCount: pieceBytes)
      }
    }
  }

  @inline(__always)
  private func copyRow<Element: BitwiseCopyable>(
    _ out: UnsafeMutableRawPointer, _ input: UnsafeRawPointer, of type: Element.Type
  ) {
    let target = out.assumingMemoryBound(to: type)
    inner.withUnsafeBufferPointer { offsets in
      for index in 0..<offsets.count where offsets[index] >= 0 {
        target[index] = (input + offsets[index]).loadUnaligned(as: type)
      }
    }
  }
}
