internal import KernelInterface

/// One block of a product of packed words, computed by one task; see `ReducedGemm`.
struct ReducedBlock<Lanes: ReducedLanes> {
  var a: UnsafePointer<Float>
  var b: UnsafePointer<Float>
  /// The depth.
  var words: Int
  var m: Int
  var n: Int
  var finish: GemmFinish<F32Lanes>
  /// What sums need before they are floats.
  var scaling: ReducedScaling<Lanes>?

  @inline(__always) static var tileRows: Int { GemmBlocking.rows }
  @inline(__always) static var tileColumns: Int { 2 * Lanes.count }

  @inline(never)
  func run(_ row: Int, _ column: Int, _ rows: Int, _ columns: Int, _ tile: UnsafeMutablePointer<Float>) {
    let blockDepth: Int = GemmBlocking.blockDepth(words)
    var step: GemmFinish<F32Lanes> = finish
    var depth: Int = 0
    repeat {
      let count: Int = smaller(blockDepth, words - depth)
      let isLast: Bool = depth + count >= words
      step.beta = depth == 0 ? finish.beta : 1
      step.epilogue = isLast ? finish.epilogue : nil
      step.residual = isLast ? finish.residual : nil
      var j: Int = column
      while j < column + columns {
        let width: Int = smaller(Self.tileColumns, column + columns - j)
        let panel: UnsafePointer<Float> = b + j * words + depth * Self.tileColumns
        let next: UnsafePointer<Float>? = following(j, row + rows, column, columns, depth, count)
        tiles(step, panel, next, count, depth, row, j, rows, width, tile)
        j += Self.tileColumns
      }
      depth += count
    } while depth < words
  }

  /// Multiplies the panels of A with one panel of B, and asks meanwhile for the `next` one, as
  /// `GemmFinish.tiles` does.
  @inline(__always)
  private func tiles(
    _ step: GemmFinish<F32Lanes>, _ panel: UnsafePointer<Float>, _ next: UnsafePointer<Float>?,
    _ count: Int, _ depth: Int, _ row: Int, _ column: Int, _ rows: Int, _ width: Int,
    _ tile: UnsafeMutablePointer<Float>
  ) {
    let bias: UnsafePointer<Float>? = step.columnBias(column)
    let storesIntoC: Bool = scaling == nil && (step.isPlain || bias != nil) && width == Self.tileColumns
    var from: UnsafePointer<Float> = a + row * words + depth * Self.tileRows
    let lineBytes: Int = 64
    var ahead = Ahead(line: UnsafeRawPointer(next ?? panel), stride: next == nil ? 0 : lineBytes)
    var linesLeft: Int = count * Self.tileColumns * MemoryLayout<Float>.stride / lineBytes
    var i: Int = 0
    while i < rows {
      let height: Int = smaller(Self.tileRows, rows - i)
      if storesIntoC && writtenTileRows(height) == height {
        let target: UnsafeMutablePointer<Float> = step.c + (row + i) * step.cRowStride + column
        multiplyTile(
          rows: height, of: WideRow<Lanes>.self, count, from, panel, Self.tileColumns, ahead, target,
          step.cRowStride, step.beta != 0, bias)
      } else {
        if width > Lanes.count {
          multiplyTile(
            rows: height, of: WideRow<Lanes>.self, count, from, panel, Self.tileColumns, ahead, tile,
            Self.tileColumns, false)
        } else {
          multiplyTile(
            rows: height, of: NarrowRow<Lanes>.self, count, from, panel, Self.tileColumns, ahead, tile,
            Self.tileColumns, false)
        }
        scaling?.run(tile, row + i, column, height, width, addsZeros: depth == 0)
        step.run(tile, Self.tileColumns, row + i, column, height, width)
      }
      from += Self.tileRows * words
      linesLeft -= count
      if linesLeft > 0 { ahead.line += count * lineBytes } else { ahead.stride = 0 }
      i += Self.tileRows
    }
  }

  /// The panel of B that comes after the one for columns `j...`, be it the first of the next task; nil where
  /// there is none.
  @inline(__always)
  private func following(
    _ j: Int, _ endRow: Int, _ column: Int, _ columns: Int, _ depth: Int, _ count: Int
  ) -> UnsafePointer<Float>? {
    if j + Self.tileColumns < column + columns {
      return b + (j + Self.tileColumns) * words + depth * Self.tileColumns
    }
    if depth + count < words { return b + column * words + (depth + count) * Self.tileColumns }
    if endRow < m { return b + column * words }
    return column + columns < n ? b + (column + columns) * words : nil
  }
}
