internal import KernelInterface

/// Products of a vector with a matrix, y[l] = sum over d of x[d] * M[l, d], where `l` counts columns of B
/// (one row of A) or rows of A (one column of B). Bound by reading M once, so M is read as it lies.
struct GemmVector<Lanes: ProductLanes> {
  typealias Element = Lanes.Element

  /// x, adjacent.
  var x: UnsafePointer<Element>
  var depth: Int
  var matrix: UnsafePointer<Element>
  var laneStride: Int
  var depthStride: Int

  /// y[0..<count] for lanes `first...`; the matrix is made of packed panels. Two panels are read side by
  /// side, one of each half: two streams come faster than one from where memory is far. Of a last panel that
  /// is filled by half or less, the other half is not read.
  @inline(never)
  func packed(_ first: Int, _ count: Int, _ y: UnsafeMutablePointer<Element>) {
    let width: Int = 2 * Lanes.count
    let panels: Int = ceilDivide(count, width)
    let isNarrow: Bool = count <= panels * width - Lanes.count
    let half: Int = (isNarrow ? panels - 1 : panels) / 2
    let base: UnsafePointer<Element> = matrix + first * depth
    let size: Int = width * depth
    for panel in 0..<half {
      packedPair(
        base + panel * size, base + (panel + half) * size, y + panel * width, y + (panel + half) * width)
    }
    for panel in 2 * half..<panels {
      if isNarrow && panel == panels - 1 {
        packedPanel(NarrowRow<Lanes>.self, base + panel * size, y + panel * width)
      } else {
        packedPanel(WideRow<Lanes>.self, base + panel * size, y + panel * width)
      }
    }
  }

  /// Two panels; even and odd steps of depth are summed apart, as `packedPanel` does.
  @inline(__always)
  private func packedPair(
    _ first: UnsafePointer<Element>, _ second: UnsafePointer<Element>, _ y: UnsafeMutablePointer<Element>,
    _ z: UnsafeMutablePointer<Element>
  ) {
    let width: Int = 2 * Lanes.count
    var even: WideRow<Lanes> = WideRow()
    var odd: WideRow<Lanes> = WideRow()
    var secondEven: WideRow<Lanes> = WideRow()
    var secondOdd: WideRow<Lanes> = WideRow()
    var from: UnsafePointer<Element> = first
    var other: UnsafePointer<Element> = second
    var d: Int = 0
    while d + 2 <= depth {
      even.step(x + d, Lanes.load(from), Lanes.load(from + Lanes.count))
      secondEven.step(x + d, Lanes.load(other), Lanes.load(other + Lanes.count))
      odd.step(x + d + 1, Lanes.load(from + width), Lanes.load(from + width + Lanes.count))
      secondOdd.step(x + d + 1, Lanes.load(other + width), Lanes.load(other + width + Lanes.count))
      d += 2
      from += 2 * width
      other += 2 * width
    }
    if d < depth {
      even.step(x + d, Lanes.load(from), Lanes.load(from + Lanes.count))
      secondEven.step(x + d, Lanes.load(other), Lanes.load(other + Lanes.count))
    }
    even.add(odd)
    secondEven.add(secondOdd)
    even.store(y, 0)
    secondEven.store(z, 0)
  }

  @inline(__always)
  private func packedPanel<Row: TileRows>(
    _ row: Row.Type, _ panel: UnsafePointer<Element>, _ y: UnsafeMutablePointer<Element>
  ) where Row.Lanes == Lanes {
    let width: Int = 2 * Lanes.count
    var even: Row = Row()
    var odd: Row = Row()
    var from: UnsafePointer<Element> = panel
    var d: Int = 0
    while d + 2 <= depth {
      even.step(x + d, Lanes.load(from), Lanes.load(from + Lanes.count))
      odd.step(x + d + 1, Lanes.load(from + width), Lanes.load(from + width + Lanes.count))
      d += 2
      from += 2 * width
    }
    if d < depth { even.step(x + d, Lanes.load(from), Lanes.load(from + Lanes.count)) }
    even.add(odd)
    even.store(y, 0)
  }

  /// y[0..<count] for lanes `first...`, where lanes are adjacent: strips of eight vectors go down the depth.
  @inline(never)
  func adjacentLanes(_ first: Int, _ count: Int, _ y: UnsafeMutablePointer<Element>) {
    let width: Int = Lanes.count
    var lane: Int = 0
    while lane + 8 * width <= count {
      strip8(matrix + first + lane, y + lane)
      lane += 8 * width
    }
    while lane < count {
      let lanes: Int = smaller(width, count - lane)
      let base: UnsafePointer<Element> = matrix + first + lane
      var sum: Lanes.Vector = Lanes.zero
      if lanes == width {
        for d in 0..<depth { sum = Lanes.mulAdd(Lanes.splat(x[d]), Lanes.load(base + d * depthStride), sum) }
      } else {
        for d in 0..<depth {
          sum = Lanes.mulAdd(Lanes.splat(x[d]), Lanes.load(base + d * depthStride, lanes), sum)
        }
      }
      Lanes.store(sum, y + lane, lanes)
      lane += width
    }
  }

  @inline(__always)
  private func strip8(_ base: UnsafePointer<Element>, _ y: UnsafeMutablePointer<Element>) {
    let width: Int = Lanes.count
    var row0: WideRow<Lanes> = WideRow()
    var row1: WideRow<Lanes> = WideRow()
    var row2: WideRow<Lanes> = WideRow()
    var row3: WideRow<Lanes> = WideRow()
    var from: UnsafePointer<Element> = base
    for d in 0..<depth {
      row0.step(x + d, Lanes.load(from), Lanes.load(from + width))
      row1.step(x + d, Lanes.load(from + 2 * width), Lanes.load(from + 3 * width))
      row2.step(x + d, Lanes.load(from + 4 * width), Lanes.load(from + 5 * width))
      row3.step(x + d, Lanes.load(from + 6 * width), Lanes.load(from + 7 * width))
      from += depthStride
    }
    row0.store(y, 0)
    row1.store(y + 2 * width, 0)
    row2.store(y + 4 * width, 0)
    row3.store(y + 6 * width, 0)
  }

  /// y[0..<count] for lanes `first...`, where depth is adjacent: dot products, four at a time.
  @inline(never)
  func adjacentDepth(_ first: Int, _ count: Int, _ y: UnsafeMutablePointer<Element>) {
    var lane: Int = 0
    while lane + 4 <= count {
      dot4(matrix + (first + lane) * laneStride, y + lane)
      lane += 4
    }
    while lane < count {
      y[lane] = dot(matrix + (first + lane) * laneStride)
      lane += 1
    }
  }

  @inline(__always)
  private func dot4(_ from: UnsafePointer<Element>, _ y: UnsafeMutablePointer<Element>) {
    let width: Int = Lanes.count
    let from1: UnsafePointer<Element> = from + laneStride
    let from2: UnsafePointer<Element> = from1 + laneStride
    let from3: UnsafePointer<Element> = from2 + laneStride
    var sum0: Lanes.Vector = Lanes.zero
    var sum1: Lanes.Vector = Lanes.zero
    var sum2: Lanes.Vector = Lanes.zero
    var sum3: Lanes.Vector = Lanes.zero
    var d: Int = 0
    while d + width <= depth {
      let factor: Lanes.Vector = Lanes.load(x + d)
      sum0 = Lanes.mulAdd(factor, Lanes.load(from + d), sum0)
      sum1 = Lanes.mulAdd(factor, Lanes.load(from1 + d), sum1)
      sum2 = Lanes.mulAdd(factor, Lanes.load(from2 + d), sum2)
      sum3 = Lanes.mulAdd(factor, Lanes.load(from3 + d), sum3)
      d += width
    }
    if d < depth {
      let factor: Lanes.Vector = Lanes.load(x + d, depth - d)
      sum0 = Lanes.mulAdd(factor, Lanes.load(from + d, depth - d), sum0)
      sum1 = Lanes.mulAdd(factor, Lanes.load(from1 + d, depth - d), sum1)
      sum2 = Lanes.mulAdd(factor, Lanes.load(from2 + d, depth - d), sum2)
      sum3 = Lanes.mulAdd(factor, Lanes.load(from3 + d, depth - d), sum3)
    }
    y[0] = Lanes.sum(sum0)
    y[1] = Lanes.sum(sum1)
    y[2] = Lanes.sum(sum2)
    y[3] = Lanes.sum(sum3)
  }

  @inline(__always)
  private func dot(_ from: UnsafePointer<Element>) -> Element {
    var sum: Lanes.Vector = Lanes.zero
    var d: Int = 0
    while d + Lanes.count <= depth {
      sum = Lanes.mulAdd(Lanes.load(x + d), Lanes.load(from + d), sum)
      d += Lanes.count
    }
    if d < depth { sum = Lanes.mulAdd(Lanes.load(x + d, depth - d), Lanes.load(from + d, depth - d), sum) }
    return Lanes.sum(sum)
  }
}
