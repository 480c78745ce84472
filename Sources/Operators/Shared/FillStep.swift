internal import Graphs
internal import Tensors

/// Sixteen bytes that need no more than the alignment of their halves.
private struct Wide: BitwiseCopyable {
  var low: UInt64
  var high: UInt64
}

/// Writes `count` copies of the element of `size` bytes (1, 2, 4, 8 or 16) at `pattern`.
func fillElements(
  _ out: UnsafeMutableRawPointer, _ pattern: UnsafeRawPointer, count: Int, size: Int
) {
  switch size {
  case 1: fillElements(out, pattern.loadUnaligned(as: UInt8.self), count)
  case 2: fillElements(out, pattern.loadUnaligned(as: UInt16.self), count)
  case 4: fillElements(out, pattern.loadUnaligned(as: UInt32.self), count)
  case 8: fillElements(out, pattern.loadUnaligned(as: UInt64.self), count)
  default: fillElements(out, pattern.loadUnaligned(as: Wide.self), count)
  }
}

@inline(__always)
private func fillElements<Element: BitwiseCopyable>(
  _ out: UnsafeMutableRawPointer, _ element: Element, _ count: Int
) {
  out.assumingMemoryBound(to: Element.self).update(repeating: element, count: count)
}

/// A step that fills `slot` with `count` copies of the one element of `pattern`.
func fillStep(slot: Int, pattern: Tensor, count: Int) -> Step {
  let size: Int = pattern.elementType.byteWidth
  return Step { run in
    run.forRanges(of: count, grain: 1 << 16) { range, _ in
      fillElements(
        run.slots[slot] + range.lowerBound &* size, pattern.base, count: range.count, size: size)
    }
  }
}
