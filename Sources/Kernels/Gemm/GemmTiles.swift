internal import KernelInterface

extension GemmFinish {
  @inline(__always) static var tileRows: Int { GemmBlocking.rows }
  @inline(__always) static var tileColumns: Int { 2 * Lanes.count }

  /// Multiplies panels of A, `aPanelStride` apart, with one panel of B and brings the sums into C at
  /// (row, column): `rows` x `width` of them. `tile` is scratch for one tile.
  @inline(__always)
  func tiles(
    _ a: UnsafePointer<Element>, _ aPanelStride: Int,
    _ b: UnsafePointer<Element>, _ bStride: Int, _ depth: Int, _ row: Int, _ column: Int, _ rows: Int,
    _ width: Int, _ tile: UnsafeMutablePointer<Element>
  ) {
    let storesIntoC: Bool = isPlain && width == Self.tileColumns
    var from: UnsafePointer<Element> = a
    var i: Int = 0
    while i < rows {
      let height: Int = smaller(Self.tileRows, rows - i)
      if storesIntoC && writtenTileRows(height) == height {
        let target: UnsafeMutablePointer<Element> = c + (row + i) * cRowStride + column
        multiplyTile(
          rows: height, of: WideRow<Lanes>.self, depth, from, b, bStride, target, cRowStride,
          beta != 0)
      } else {
        if width > Lanes.count {
          multiplyTile(
            rows: height, of: WideRow<Lanes>.self, depth, from, b, bStride, tile, Self.tileColumns, false)
        } else {
          multiplyTile(
            rows: height, of: NarrowRow<Lanes>.self, depth, from, b, bStride, tile, Self.tileColumns, false)
        }
        run(tile, Self.tileColumns, row + i, column, height, width)
      }
      from += aPanelStride
      i += Self.tileRows
    }
  }
}
