internal import CVector

/// Transposes a matrix in square tiles of registers; the edges are moved one element at a time. Strips of
/// the output as high as a cache line is long are walked along their columns, so that every line of
/// the input is used up while it is there.
func transpose(
  _ out: UnsafeMutableRawPointer, _ outStride: Int, _ input: UnsafeRawPointer, _ inStride: Int,
  _ rows: Int, _ columns: Int, _ elementSize: Int
) {
  switch elementSize {
  case 1:
    transposeTiles(UInt8.self, 16, 4, out, outStride, input, inStride, rows, columns) {
      ngraph_transpose_16x8($0, $1, $2, $3)
    }
  case 2:
    transposeTiles(UInt16.self, 8, 4, out, outStride, input, inStride, rows, columns) {
      ngraph_transpose_8x16($0, $1, $2, $3)
    }
  case 4:
    transposeTiles(UInt32.self, 8, 2, out, outStride, input, inStride, rows, columns) {
      ngraph_transpose_8x32($0, $1, $2, $3)
    }
  case 8:
    transposeTiles(UInt64.self, 4, 2, out, outStride, input, inStride, rows, columns) {
      ngraph_transpose_4x64($0, $1, $2, $3)
    }
  default:
    transposeElements(SIMD2<UInt64>.self, out, outStride, input, inStride, rows, columns)
  }
}

@inline(__always)
private func transposeTiles<T: BitwiseCopyable>(
  _ type: T.Type, _ tile: Int, _ tilesHigh: Int, _ out: UnsafeMutableRawPointer, _ outStride: Int,
  _ input: UnsafeRawPointer, _ inStride: Int, _ rows: Int, _ columns: Int,
  _ move: (UnsafeMutableRawPointer, Int, UnsafeRawPointer, Int) -> Void
) {
  let to: UnsafeMutablePointer<T> = out.assumingMemoryBound(to: T.self)
  let from: UnsafePointer<T> = input.assumingMemoryBound(to: T.self)
  let wholeRows: Int = rows &- rows % tile
  let wholeColumns: Int = columns &- columns % tile
  var strip: Int = 0
  while strip < wholeRows {
    let wanted: Int = strip &+ tile &* tilesHigh
    let end: Int = wanted < wholeRows ? wanted : wholeRows
    var c: Int = 0
    while c < wholeColumns {
      var r: Int = strip
      while r < end {
        move(to + r &* outStride + c, outStride, from + c &* inStride + r, inStride)
        r &+= tile
      }
      c &+= tile
    }
    strip = end
  }
  if wholeColumns < columns {
    transposeElements(
      type, to + wholeColumns, outStride, from + wholeColumns &* inStride, inStride, wholeRows,
      columns &- wholeColumns)
  }
  if wholeRows < rows {
    transposeElements(
      type, to + wholeRows &* outStride, outStride, from + wholeRows, inStride, rows &- wholeRows, columns)
  }
}

@inline(__always)
private func transposeElements<T: BitwiseCopyable>(
  _ type: T.Type, _ out: UnsafeMutableRawPointer, _ outStride: Int, _ input: UnsafeRawPointer,
  _ inStride: Int, _ rows: Int, _ columns: Int
) {
  let to: UnsafeMutableRawPointer = out
  let size: Int = MemoryLayout<T>.size
  var r: Int = 0
  while r < rows {
    let y: UnsafeMutableRawPointer = to + r &* outStride &* size
    let x: UnsafeRawPointer = input + r &* size
    var c: Int = 0
    while c < columns {
      let value: T = (x + c &* inStride &* size).loadUnaligned(as: T.self)
      (y + c &* size).storeBytes(of: value, as: T.self)
      c &+= 1
    }
    r &+= 1
  }
}
