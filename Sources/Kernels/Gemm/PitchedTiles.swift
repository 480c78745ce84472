/// Tile heights of an instruction set, and the choice among them. The register file holds `rows` x two
/// registers of sums, two of weights and some of rows' elements.
struct PitchedTiles<Lanes: ProductLanes> {
  typealias Element = Lanes.Element

  @inline(__always) static var rows: Int { GemmBlocking.rows }

  /// Columns of a full panel of weights; the last may be half as wide.
  @inline(__always) static var columns: Int { 2 * Lanes.count }

  typealias Operands = UnsafePointer<PitchedTileOperands<Element>>
  typealias Ending = UnsafePointer<TileEnding<Lanes>>

  /// Runs the micro-kernel of `rows` rows and `columns` registers of columns.
  static func run(_ rows: Int, _ columns: Int, _ operands: Operands, _ ending: Ending) {
    if columns == 2 {
      run(PitchedWideRow<Lanes>.self, rows, operands, ending)
    } else {
      run(PitchedNarrowRow<Lanes>.self, rows, operands, ending)
    }
  }

  /// The same for one register of columns, in the left half of a panel as wide as the full ones.
  static func runHalf(_ rows: Int, _ operands: Operands, _ ending: Ending) {
    run(PitchedHalfRow<Lanes>.self, rows, operands, ending)
  }

  @inline(__always)
  private static func run<Row: PitchedTile>(
    _ row: Row.Type, _ rows: Int, _ operands: Operands, _ ending: Ending
  )
  where Row.Lanes == Lanes {
    typealias Two = PitchedTilePair<Row, Row>
    typealias Three = PitchedTilePair<Two, Row>
    typealias Four = PitchedTilePair<Two, Two>
    typealias Six = PitchedTilePair<Four, Two>
    typealias Eight = PitchedTilePair<Four, Four>
    switch rows {
    case 1: multiplyPitched(Row.self, operands, ending)
    case 2: multiplyPitched(Two.self, operands, ending)
    case 3: multiplyPitched(Three.self, operands, ending)
    case 4: multiplyPitched(Four.self, operands, ending)
    #if KERNELS_AVX512 || KERNELS_AVX2 || arch(arm64)
      case 5: multiplyPitched(PitchedTilePair<Four, Row>.self, operands, ending)
      case 6: multiplyPitched(Six.self, operands, ending)
    #endif
    #if KERNELS_AVX512 || arch(arm64)
      case 7: multiplyPitched(PitchedTilePair<Four, Three>.self, operands, ending)
      case 8: multiplyPitched(Eight.self, operands, ending)
    #endif
    #if KERNELS_AVX512
      case 9: multiplyPitched(PitchedTilePair<Eight, Row>.self, operands, ending)
      case 10: multiplyPitched(PitchedTilePair<Eight, Two>.self, operands, ending)
      case 11: multiplyPitched(PitchedTilePair<Eight, Three>.self, operands, ending)
      case 12: multiplyPitched(PitchedTilePair<Eight, Four>.self, operands, ending)
    #endif
    default: break
    }
  }
}
