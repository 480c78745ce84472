internal import KernelInterface

/// Chooses the code of depthwise tiles: by their columns, and by the taps of a row of kernels where these are
/// taken together.
struct DepthwiseTiles<Lanes: ProductLanes> {
  typealias Element = Lanes.Element
  typealias Operands = UnsafePointer<DepthwiseOperands<Element>>
  typealias Ending = UnsafePointer<TileEnding<Lanes>>

  private enum Taps {
    case one
    case three
    case threeByTwo
    case five
    case fiveByTwo
    case seven
  }

  /// The most columns of a tile.
  @inline(__always) static var columns: Int { 8 }

  private var taps: Taps

  /// Whether the taps of a row are taken one by one.
  var isSingle: Bool { taps == .one }

  @inline(__always)
  init(_ problem: PixelProblem<Element>) {
    let stride: Int = problem.stride.width
    taps = .one
    if problem.dilation.width == 1 {
      switch problem.kernel.width {
      case 3: taps = stride == 1 ? .three : stride == 2 ? .threeByTwo : .one
      case 5: taps = stride == 1 ? .five : stride == 2 ? .fiveByTwo : .one
      case 7: taps = stride == 1 ? .seven : .one
      default: break
      }
    }
  }

  /// The columns of the next tile where `count` are left.
  @inline(__always) static func part(_ count: Int) -> Int {
    count == 3 || count == 5 ? count - 1 : smaller(count, columns)
  }

  /// Runs tiles of `columns` columns.
  @inline(__always)
  func run(_ columns: Int, _ operands: Operands, _ ending: Ending) {
    switch taps {
    case .one: Self.run(DepthwiseOneTap<Lanes>.self, columns, operands, ending)
    case .three:
      Self.run(DepthwiseThreeTaps<Lanes, DepthwiseStrideOne>.self, columns, operands, ending)
    case .threeByTwo:
      Self.run(DepthwiseThreeTaps<Lanes, DepthwiseStrideTwo>.self, columns, operands, ending)
    case .five: Self.run(DepthwiseFiveTaps<Lanes, DepthwiseStrideOne>.self, columns, operands, ending)
    case .fiveByTwo:
      Self.run(DepthwiseFiveTaps<Lanes, DepthwiseStrideTwo>.self, columns, operands, ending)
    case .seven: Self.run(DepthwiseSevenTaps<Lanes, DepthwiseStrideOne>.self, columns, operands, ending)
    }
  }

  @inline(__always)
  private static func run<Row: DepthwiseTaps>(
    _ taps: Row.Type, _ columns: Int, _ operands: Operands, _ ending: Ending
  ) where Row.Lanes == Lanes {
    typealias One = DepthwiseColumn<Lanes>
    typealias Two = DepthwisePair<One, One>
    typealias Four = DepthwisePair<Two, Two>
    typealias Six = DepthwisePair<Four, Two>
    switch columns {
    case 1: depthwiseTiles(One.self, taps, operands, ending)
    case 2: depthwiseTiles(Two.self, taps, operands, ending)
    case 4: depthwiseTiles(Four.self, taps, operands, ending)
    case 6: depthwiseTiles(Six.self, taps, operands, ending)
    case 7: depthwiseTiles(DepthwisePair<Six, One>.self, taps, operands, ending)
    case 8: depthwiseTiles(DepthwisePair<Four, Four>.self, taps, operands, ending)
    default: break
    }
  }
}
