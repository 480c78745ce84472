/// How the elements of a channels-last pooling window become its output: joined tap by tap along a row of
/// taps, then rows merged, so that the sum of a large window loses little.
protocol PoolingFold {
  associatedtype Lanes: PoolingLanes

  static var start: Lanes.Vector { get }
  func joined(_ sum: Lanes.Vector, _ value: Lanes.Vector) -> Lanes.Vector
  func merged(_ left: Lanes.Vector, _ right: Lanes.Vector) -> Lanes.Vector
  func finished(_ sum: Lanes.Vector, _ divisor: Lanes.Vector) -> Lanes.Vector
}

struct PoolingLargest<Lanes: PoolingLanes>: PoolingFold {
  @inline(__always) static var start: Lanes.Vector { Lanes.splat(-Lanes.Element.infinity) }

  @inline(__always) func joined(_ sum: Lanes.Vector, _ value: Lanes.Vector) -> Lanes.Vector {
    Lanes.largest(value, sum)
  }

  @inline(__always) func merged(_ left: Lanes.Vector, _ right: Lanes.Vector) -> Lanes.Vector {
    Lanes.largest(right, left)
  }

  @inline(__always) func finished(_ sum: Lanes.Vector, _ divisor: Lanes.Vector) -> Lanes.Vector { sum }
}

struct PoolingSum<Lanes: PoolingLanes>: PoolingFold {
  @inline(__always) static var start: Lanes.Vector { Lanes.zero }

  @inline(__always) func joined(_ sum: Lanes.Vector, _ value: Lanes.Vector) -> Lanes.Vector {
    Lanes.add(sum, value)
  }

  @inline(__always) func merged(_ left: Lanes.Vector, _ right: Lanes.Vector) -> Lanes.Vector {
    Lanes.add(left, right)
  }

  @inline(__always) func finished(_ sum: Lanes.Vector, _ divisor: Lanes.Vector) -> Lanes.Vector {
    Lanes.divide(sum, divisor)
  }
}

struct PoolingPower<Lanes: PoolingLanes>: PoolingFold {
  var power: Int

  @inline(__always) static var start: Lanes.Vector { Lanes.zero }

  @inline(__always) func joined(_ sum: Lanes.Vector, _ value: Lanes.Vector) -> Lanes.Vector {
    Lanes.add(sum, raised(value))
  }

  @inline(__always) func merged(_ left: Lanes.Vector, _ right: Lanes.Vector) -> Lanes.Vector {
    Lanes.add(left, right)
  }

  @inline(__always) func finished(_ sum: Lanes.Vector, _ divisor: Lanes.Vector) -> Lanes.Vector {
    guard power != 1 else { return sum }
    var result: Lanes.Vector = sum
    for i in 0..<Lanes.count {
      result[i] = power == 2 ? result[i].squareRoot() : Lanes.power(result[i], 1 / Lanes.Element(power))
    }
    return result
  }

  @inline(__always) private func raised(_ value: Lanes.Vector) -> Lanes.Vector {
    if power == 1 { return Lanes.magnitude(value) }
    if power == 2 { return Lanes.multiply(value, value) }
    var result: Lanes.Vector = Lanes.magnitude(value)
    for i in 0..<Lanes.count { result[i] = Lanes.power(result[i], Lanes.Element(power)) }
    return result
  }
}

/// The taps of a window that lie inside the image, and the distances between them.
struct PoolingTaps {
  var slices: Int
  var rows: Int
  var columns: Int
  var slice: Int
  var row: Int
  var column: Int
}

/// Pools `count` channels of one output pixel; `from` is the first tap.
@inline(__always)
func poolPixel<Fold: PoolingFold>(
  _ fold: Fold, _ from: UnsafePointer<Fold.Lanes.Element>, _ taps: PoolingTaps,
  _ divisor: Fold.Lanes.Element, _ target: UnsafeMutablePointer<Fold.Lanes.Element>, _ count: Int
) {
  typealias Lanes = Fold.Lanes
  let width: Int = Lanes.count
  let divisors: Lanes.Vector = Lanes.splat(divisor)
  var channel: Int = 0
  while channel + 4 * width <= count {
    var sum0: Lanes.Vector = Fold.start
    var sum1: Lanes.Vector = Fold.start
    var sum2: Lanes.Vector = Fold.start
    var sum3: Lanes.Vector = Fold.start
    for slice in 0..<taps.slices {
      for row in 0..<taps.rows {
        var line0: Lanes.Vector = Fold.start
        var line1: Lanes.Vector = Fold.start
        var line2: Lanes.Vector = Fold.start
        var line3: Lanes.Vector = Fold.start
        var tap: UnsafePointer<Lanes.Element> = from + channel + slice * taps.slice + row * taps.row
        for _ in 0..<taps.columns {
          line0 = fold.joined(line0, Lanes.load(tap))
          line1 = fold.joined(line1, Lanes.load(tap + width))
          line2 = fold.joined(line2, Lanes.load(tap + 2 * width))
          line3 = fold.joined(line3, Lanes.load(tap + 3 * width))
          tap += taps.column
        }
        sum0 = fold.merged(sum0, line0)
        sum1 = fold.merged(sum1, line1)
        sum2 = fold.merged(sum2, line2)
        sum3 = fold.merged(sum3, line3)
      }
    }
    Lanes.store(fold.finished(sum0, divisors), target + channel)
    Lanes.store(fold.finished(sum1, divisors), target + channel + width)
    Lanes.store(fold.finished(sum2, divisors), target + channel + 2 * width)
    Lanes.store(fold.finished(sum3, divisors), target + channel + 3 * width)
    channel += 4 * width
  }
  while channel < count {
    let lanes: Int = smaller(width, count - channel)
    var sum: Lanes.Vector = Fold.start
    for slice in 0..<taps.slices {
      for row in 0..<taps.rows {
        var line: Lanes.Vector = Fold.start
        var tap: UnsafePointer<Lanes.Element> = from + channel + slice * taps.slice + row * taps.row
        for _ in 0..<taps.columns {
          line = fold.joined(line, lanes == width ? Lanes.load(tap) : Lanes.load(tap, lanes))
          tap += taps.column
        }
        sum = fold.merged(sum, line)
      }
    }
    let value: Lanes.Vector = fold.finished(sum, divisors)
    if lanes == width {
      Lanes.store(value, target + channel)
    } else {
      Lanes.store(value, target + channel, lanes)
    }
    channel += width
  }
}
