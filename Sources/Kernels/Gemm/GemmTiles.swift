internal import KernelInterface

extension GemmFinish {
  @inline(__always) static var tileRows: Int { GemmBlocking.rows }
  @inline(__always) static var tileColumns: Int { 2 * Lanes.count }

  /// Multiplies panels of A, `aPanelStride` apart, with one panel of B and brings the sums into C at
  /// (row, column): `rows` x `width` of them. `tile` is scratch for one tile. Meanwhile it asks for the panel
  /// of B at `next`, which will be `nextDepth` deep.
  @inline(__always)
  func tiles(
    _ a: UnsafePointer<Element>, _ aPanelStride: Int,
    _ b: UnsafePointer<Element>, _ bStride: Int, _ depth: Int, _ row: Int, _ column: Int, _ rows: Int,
    _ width: Int, _ tile: UnsafeMutablePointer<Element>, next: UnsafePointer<Element>? = nil,
    nextDepth: Int = 0
  ) {
    let bias: UnsafePointer<Element>? = columnBias(column)
    let storesIntoC: Bool = (isPlain || bias != nil) && width == Self.tileColumns
    var from: UnsafePointer<Element> = a
    let lineBytes: Int = 64
    var ahead = Ahead(line: UnsafeRawPointer(next ?? b), stride: next == nil ? 0 : lineBytes)
    var linesLeft: Int = nextDepth * Self.tileColumns * MemoryLayout<Element>.stride / lineBytes
    var i: Int = 0
    while i < rows {
      let height: Int = smaller(Self.tileRows, rows - i)
      if storesIntoC && writtenTileRows(height) == height {
        let target: UnsafeMutablePointer<Element> = c + (row + i) * cRowStride + column
        multiplyTile(
          rows: height, of: WideRow<Lanes>.self, depth, from, b, bStride, ahead, target, cRowStride,
          beta != 0, bias)
      } else {
        if width > Lanes.count {
          multiplyTile(
            rows: height, of: WideRow<Lanes>.self, depth, from, b, bStride, ahead, tile, Self.tileColumns,
            false)
        } else {
          multiplyTile(
            rows: height, of: NarrowRow<Lanes>.self, depth, from, b, bStride, ahead, tile, Self.tileColumns,
            false)
        }
        run(tile, Self.tileColumns, row + i, column, height, width)
      }
      from += aPanelStride
      linesLeft -= depth
      if linesLeft > 0 { ahead.line += depth * lineBytes } else { ahead.stride = 0 }
      i += Self.tileRows
    }
  }
}
