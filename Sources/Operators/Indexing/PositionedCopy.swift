internal import Graphs
internal import Tensors

/// Copies of `count` slices of `sliceCount` elements of `elementSize` bytes between a dense tensor of slices
/// and the places that `positions` (in elements) name in another.
struct PositionedCopy: Sendable {
  let count: Int
  let sliceCount: Int
  let elementSize: Int

  private var sliceBytes: Int { sliceCount &* elementSize }

  /// `out[i] = input[positions[i]]`.
  func gather(
    _ out: UnsafeMutableRawPointer, _ input: UnsafeRawPointer, _ positions: UnsafePointer<Int>,
    _ run: RunContext
  ) {
    guard sliceBytes > 0 else { return }
    run.forRanges(of: count, grain: max(1, (1 << 16) / sliceBytes)) { range, _ in
      switch sliceBytes {
      case 1: gather(range, out, input, positions, as: UInt8.self)
      case 2: gather(range, out, input, positions, as: UInt16.self)
      case 4: gather(range, out, input, positions, as: UInt32.self)
      case 8: gather(range, out, input, positions, as: UInt64.self)
      default:
        for slice in range {
          (out + slice &* sliceBytes).copyMemory(
            from: input + positions[slice] &* elementSize, byteCount: sliceBytes)
        }
      }
    }
  }

  @inline(__always)
  private func gather<Element: BitwiseCopyable>(
    _ range: Range<Int>, _ out: UnsafeMutableRawPointer, _ input: UnsafeRawPointer,
    _ positions: UnsafePointer<Int>, as type: Element.Type
  ) {
    let target = out.assumingMemoryBound(to: type)
    for slice in range {
      target[slice] = (input + positions[slice] &* elementSize).loadUnaligned(as: type)
    }
  }

  /// `out[positions[i]] = input[i]` for `i` in `range`, in this order.
  func scatter(
    _ range: Range<Int>, _ out: UnsafeMutableRawPointer, _ input: UnsafeRawPointer,
    _ positions: UnsafePointer<Int>
  ) {
    switch sliceBytes {
    case 0: break
    case 1: scatter(range, out, input, positions, as: UInt8.self)
    case 2: scatter(range, out, input, positions, as: UInt16.self)
    case 4: scatter(range, out, input, positions, as: UInt32.self)
    case 8: scatter(range, out, input, positions, as: UInt64.self)
    default:
      for slice in range {
        (out + positions[slice] &* elementSize).copyMemory(
          from: input + slice &* sliceBytes, byteCount: sliceBytes)
      }
    }
  }

  @inline(__always)
  private func scatter<Element: BitwiseCopyable>(
    _ range: Range<Int>, _ out: UnsafeMutableRawPointer, _ input: UnsafeRawPointer,
    _ positions: UnsafePointer<Int>, as type: Element.Type
  ) {
    let source = input.assumingMemoryBound(to: type)
    for slice in range {
      (out + positions[slice] &* elementSize).storeBytes(of: source[slice], as: type)
    }
  }
}
