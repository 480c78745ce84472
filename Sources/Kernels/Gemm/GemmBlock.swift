internal import KernelInterface

/// One block of one product, computed by one task; see `Gemm`.
struct GemmBlock<Lanes: ProductLanes> {
  typealias Element = Lanes.Element

  var arguments: UnsafePointer<GemmArguments<Element>>
  var aOffset: Int
  var bOffset: Int
  var finish: GemmFinish<Lanes>

  @inline(__always) static var tileRows: Int { GemmBlocking.rows }
  @inline(__always) static var tileColumns: Int { 2 * Lanes.count }

  @inline(never)
  func run(_ row: Int, _ column: Int, _ rows: Int, _ columns: Int, _ scratch: UnsafeMutablePointer<Element>) {
    let k: Int = arguments.pointee.k
    let tile: UnsafeMutablePointer<Element> = scratch
    let bPanel: UnsafeMutablePointer<Element> = tile + Self.tileRows * Self.tileColumns
    let blockDepth: Int = GemmBlocking.blockDepth(k)
    let aPanels: UnsafeMutablePointer<Element> = bPanel + blockDepth * Self.tileColumns
    var step: GemmFinish<Lanes> = finish
    var depth: Int = 0
    repeat {
      let count: Int = smaller(blockDepth, k - depth)
      let isLast: Bool = depth + count >= k
      step.beta = depth == 0 ? finish.beta : 1
      step.epilogue = isLast ? finish.epilogue : nil
      step.residual = isLast ? finish.residual : nil

      var a: UnsafePointer<Element> = UnsafePointer(aPanels)
      var aPanelStride: Int = Self.tileRows * count
      if let packed = arguments.pointee.packedA {
        a = packed + aOffset + row * k + depth * Self.tileRows
        aPanelStride = Self.tileRows * k
      } else if let source = arguments.pointee.a, count > 0 {
        let rowStride: Int = arguments.pointee.aRowStride
        let columnStride: Int = arguments.pointee.aColumnStride
        packPanels(
          Lanes.self, source + aOffset + row * rowStride + depth * columnStride, rowStride, columnStride,
          rows, Self.tileRows, count, aPanels)
      }

      var j: Int = column
      while j < column + columns {
        let width: Int = smaller(Self.tileColumns, column + columns - j)
        var bStride: Int = Self.tileColumns
        let b: UnsafePointer<Element> = panel(j, width, depth, count, rows, bPanel, &bStride)
        step.tiles(
          a, aPanelStride, b, bStride, count, row, j, rows, width, tile,
          next: following(j, row + rows, column, columns, depth, count), nextDepth: count)
        j += Self.tileColumns
      }
      depth += count
    } while depth < k
  }

  /// The packed panel of B that comes after the one for columns `j...`, be it the first of the next task,
  /// which is that of the rows from `endRow` on or of the next columns; nil where there is none.
  @inline(__always)
  func following(
    _ j: Int, _ endRow: Int, _ column: Int, _ columns: Int, _ depth: Int, _ count: Int
  ) -> UnsafePointer<Element>? {
    guard let packed = arguments.pointee.packedB else { return nil }
    let k: Int = arguments.pointee.k
    let panels: UnsafePointer<Element> = packed + bOffset
    if j + Self.tileColumns < column + columns {
      return panels + (j + Self.tileColumns) * k + depth * Self.tileColumns
    }
    if depth + count < k { return panels + column * k + (depth + count) * Self.tileColumns }
    if endRow < arguments.pointee.m { return panels + column * k }
    return column + columns < arguments.pointee.n ? panels + (column + columns) * k : nil
  }

  /// The panel of B for columns `j...`, `count` deep from `depth`: packed before or packed here.
  @inline(__always)
  func packedPanel(
    _ j: Int, _ width: Int, _ depth: Int, _ count: Int, _ buffer: UnsafeMutablePointer<Element>
  ) -> UnsafePointer<Element> {
    if let packed = arguments.pointee.packedB {
      return packed + bOffset + j * arguments.pointee.k + depth * Self.tileColumns
    }
    guard let source = arguments.pointee.b, count > 0 else { return UnsafePointer(buffer) }
    let rowStride: Int = arguments.pointee.bRowStride
    let columnStride: Int = arguments.pointee.bColumnStride
    packPanel(
      Lanes.self, source + bOffset + depth * rowStride + j * columnStride, columnStride, rowStride, width,
      Self.tileColumns, count, buffer)
    return UnsafePointer(buffer)
  }

  /// The same, or B itself where it is read only once or twice.
  @inline(__always)
  private func panel(
    _ j: Int, _ width: Int, _ depth: Int, _ count: Int, _ rows: Int,
    _ buffer: UnsafeMutablePointer<Element>, _ stride: inout Int
  ) -> UnsafePointer<Element> {
    if let source = arguments.pointee.b, arguments.pointee.packedB == nil, count > 0,
      arguments.pointee.bColumnStride == 1, width == Self.tileColumns, rows <= 2 * Self.tileRows
    {
      stride = arguments.pointee.bRowStride
      return source + bOffset + depth * stride + j
    }
    return packedPanel(j, width, depth, count, buffer)
  }
}
