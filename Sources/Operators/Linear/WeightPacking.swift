internal import Graphs
internal import Tensors

/// Packs matrices of `lanes` x `depth` into panels of `tile` lanes, each of the matrix's whole depth, and
/// reads the elements in the order in which they lie, a part that stays in the cache at a time.
///
/// One of the strides is 1. Where that is the depth's, a part is a range of lanes; where it is the lanes', a
/// range of depth, of which every panel gets its share.
struct WeightPacking<Element: TensorElement> {
  let lanes: Int
  let depth: Int
  let laneStride: Int
  let depthStride: Int
  let tile: Int
  let matrices: Int
  /// Elements from one packed matrix to the next.
  let packedSize: Int
  /// Packs so many lanes of so much depth, of which the panels lie one after another.
  let pack:
    (
      _ source: UnsafePointer<Element>, _ target: UnsafeMutablePointer<Element>, _ lanes: Int, _ depth: Int
    ) -> Void

  func run(_ weight: WeightReader, to target: UnsafeMutablePointer<Element>, _ runner: any TaskRunner) {
    let isLaneMajor: Bool = depthStride == 1 && laneStride == depth
    let isDepthMajor: Bool = laneStride == 1 && depthStride == lanes
    let elements: Int = WeightReader.partBytes / MemoryLayout<Element>.stride
    // Whole panels, or any number of steps.
    let unit: Int = isLaneMajor ? tile : 1
    let length: Int = isLaneMajor ? depth : lanes
    let whole: Int = isLaneMajor ? lanes : depth
    guard isLaneMajor || isDepthMajor, matrices == 1 || whole * length >= elements / 4 else {
      packWhole(weight, to: target)
      return
    }
    let step: Int = max(1, elements / (unit * length)) * unit
    let parts: Int = (whole + step - 1) / step
    runner.run(count: matrices * parts) { task, _ in
      let (matrix, part): (Int, Int) = (task / parts, task % parts)
      let first: Int = part * step
      let count: Int = min(step, whole - first)
      let start: Int = (matrix * whole + first) * length
      let panels: UnsafeMutablePointer<Element> = target + matrix * packedSize
      weight.withElements(start..<start + count * length, of: Element.self) { source in
        if isLaneMajor {
          pack(source, panels + first * depth, count, depth)
        } else {
          packSteps(source, first, count, panels)
        }
      }
    }
  }

  /// Packs steps of depth from `first` on, of all panels.
  private func packSteps(
    _ source: UnsafePointer<Element>, _ first: Int, _ count: Int, _ panels: UnsafeMutablePointer<Element>
  ) {
    var lane: Int = 0
    while lane < lanes {
      pack(source + lane, panels + (lane * depth + first * tile), min(tile, lanes - lane), count)
      lane += tile
    }
  }

  private func packWhole(_ weight: WeightReader, to target: UnsafeMutablePointer<Element>) {
    weight.withElements(of: Element.self) { source in
      for matrix in 0..<matrices {
        pack(source + matrix * lanes * depth, target + matrix * packedSize, lanes, depth)
      }
    }
  }
}
