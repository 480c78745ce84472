#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// The strided copy of a box on one thread: for every index of `sizes`, `out[index . outStrides] =
/// input[index . inStrides]`. Sizes and strides are in elements of 1, 2, 4, 8 or 16 bytes; dimensions are
/// merged and ordered as `CopyPlan` does. Rows that are dense on both sides are copied whole; where the
/// input is dense along another dimension, both are walked in square blocks.
func copyBox(
  _ out: UnsafeMutableRawPointer, _ outStrides: UnsafePointer<Int>, _ input: UnsafeRawPointer,
  _ inStrides: UnsafePointer<Int>, _ sizes: UnsafePointer<Int>, _ rank: Int, _ elementSize: Int
) {
  switch elementSize {
  case 1: copyBox(out, outStrides, input, inStrides, sizes, rank, of: UInt8.self)
  case 2: copyBox(out, outStrides, input, inStrides, sizes, rank, of: UInt16.self)
  case 4: copyBox(out, outStrides, input, inStrides, sizes, rank, of: UInt32.self)
  case 8: copyBox(out, outStrides, input, inStrides, sizes, rank, of: UInt64.self)
  default: copyBox(out, outStrides, input, inStrides, sizes, rank, of: Wide.self)
  }
}

/// Sixteen bytes that need no more than the alignment of their halves.
struct Wide: BitwiseCopyable {
  var low: UInt64
  var high: UInt64
}

@inline(__always)
private func copyBox<Element: BitwiseCopyable>(
  _ out: UnsafeMutableRawPointer, _ outStrides: UnsafePointer<Int>, _ input: UnsafeRawPointer,
  _ inStrides: UnsafePointer<Int>, _ sizes: UnsafePointer<Int>, _ rank: Int, of type: Element.Type
) {
  walkBox(
    out.assumingMemoryBound(to: type), outStrides, input.assumingMemoryBound(to: type), inStrides, sizes,
    rank)
}

private func walkBox<Element: BitwiseCopyable>(
  _ out: UnsafeMutablePointer<Element>, _ outStrides: UnsafePointer<Int>, _ input: UnsafePointer<Element>,
  _ inStrides: UnsafePointer<Int>, _ sizes: UnsafePointer<Int>, _ rank: Int
) {
  if rank == 0 {
    out.pointee = input.pointee
  } else if rank == 1 {
    copyRow(out, outStrides[0], input, inStrides[0], sizes[0])
  } else if rank == 2, inStrides[0] == 1, inStrides[1] != 1, outStrides[1] == 1 {
    copyTransposed(out, outStrides[0], input, inStrides[1], rows: sizes[0], columns: sizes[1])
  } else {
    for index in 0..<sizes[0] {
      walkBox(
        out + index &* outStrides[0], outStrides + 1, input + index &* inStrides[0], inStrides + 1,
        sizes + 1, rank &- 1)
    }
  }
}

@inline(__always)
private func copyRow<Element: BitwiseCopyable>(
  _ out: UnsafeMutablePointer<Element>, _ outStride: Int, _ input: UnsafePointer<Element>, _ inStride: Int,
  _ count: Int
) {
  if outStride == 1, inStride == 1, count &* MemoryLayout<Element>.size >= 64 {
    memcpy(out, input, count &* MemoryLayout<Element>.size)
  } else if inStride == 0, outStride == 1 {
    out.update(repeating: input.pointee, count: count)
  } else {
    for index in 0..<count { out[index &* outStride] = input[index &* inStride] }
  }
}

/// `out[r * outStride + c] = input[c * inStride + r]`, in blocks that stay in the first-level cache.
private func copyTransposed<Element: BitwiseCopyable>(
  _ out: UnsafeMutablePointer<Element>, _ outStride: Int, _ input: UnsafePointer<Element>, _ inStride: Int,
  rows: Int, columns: Int
) {
  let block: Int = 16
  var row: Int = 0
  while row < rows {
    let lastRow: Int = min(row &+ block, rows)
    var column: Int = 0
    while column < columns {
      let lastColumn: Int = min(column &+ block, columns)
      for r in row..<lastRow {
        let target = out + r &* outStride
        let source = input + r
        for c in column..<lastColumn { target[c] = source[c &* inStride] }
      }
      column = lastColumn
    }
    row = lastRow
  }
}
