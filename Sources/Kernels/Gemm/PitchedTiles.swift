/// Tile heights of an instruction set, and the choice among them. The register file holds `rows` x two
/// registers of sums, two of weights and some of pixels.
struct PixelTiles<Lanes: ProductLanes> {
  typealias Element = Lanes.Element

  static var rows: Int {
    #if KERNELS_AVX512
      12
    #elseif KERNELS_AVX2
      6
    #elseif arch(arm64)
      8
    #else
      4
    #endif
  }

  /// Columns of a full panel of weights; the last may be half as wide.
  @inline(__always) static var columns: Int { 2 * Lanes.count }

  typealias Operands = UnsafePointer<PixelTileOperands<Element>>
  typealias Ending = UnsafePointer<PixelEnding<Lanes>>

  /// Runs the micro-kernel of `rows` rows and `columns` registers of columns.
  static func run(_ rows: Int, _ columns: Int, _ operands: Operands, _ ending: Ending) {
    if columns == 2 {
      run(PixelWideRow<Lanes>.self, rows, operands, ending)
    } else {
      run(PixelNarrowRow<Lanes>.self, rows, operands, ending)
    }
  }

  /// The same for one register of columns, in the left half of a panel as wide as the full ones.
  static func runHalf(_ rows: Int, _ operands: Operands, _ ending: Ending) {
    run(PixelHalfRow<Lanes>.self, rows, operands, ending)
  }

  @inline(__always)
  private static func run<Row: PixelTile>(
    _ row: Row.Type, _ rows: Int, _ operands: Operands, _ ending: Ending
  )
  where Row.Lanes == Lanes {
    typealias Two = PixelTilePair<Row, Row>
    typealias Three = PixelTilePair<Two, Row>
    typealias Four = PixelTilePair<Two, Two>
    typealias Six = PixelTilePair<Four, Two>
    typealias Eight = PixelTilePair<Four, Four>
    switch rows {
    case 1: multiplyPixels(Row.self, operands, ending)
    case 2: multiplyPixels(Two.self, operands, ending)
    case 3: multiplyPixels(Three.self, operands, ending)
    case 4: multiplyPixels(Four.self, operands, ending)
    #if KERNELS_AVX512 || KERNELS_AVX2 || arch(arm64)
      case 5: multiplyPixels(PixelTilePair<Four, Row>.self, operands, ending)
      case 6: multiplyPixels(Six.self, operands, ending)
    #endif
    #if KERNELS_AVX512 || arch(arm64)
      case 7: multiplyPixels(PixelTilePair<Four, Three>.self, operands, ending)
      case 8: multiplyPixels(Eight.self, operands, ending)
    #endif
    #if KERNELS_AVX512
      case 9: multiplyPixels(PixelTilePair<Eight, Row>.self, operands, ending)
      case 10: multiplyPixels(PixelTilePair<Eight, Two>.self, operands, ending)
      case 11: multiplyPixels(PixelTilePair<Eight, Three>.self, operands, ending)
      case 12: multiplyPixels(PixelTilePair<Eight, Four>.self, operands, ending)
    #endif
    default: break
    }
  }
}
