internal import KernelInterface

/// Writes down what output pixels read as rows of words: gathered in f32, zeros for the padding and the
/// prologue applied, then rounded, or quantized each row in its own way.
struct ReducedPixels<Lanes: ReducedLanes> {
  var reader: PixelPatches<F32Lanes>
  /// Numbers and words of a row.
  var depth: Int
  var words: Int

  /// Rows that are encoded together at most.
  @inline(__always) private static var mostRows: Int { 16 }
  /// Numbers that are gathered together where they are several rows.
  @inline(__always) private static var gathered: Int { 4096 }

  @inline(__always) private static func chunk(_ depth: Int) -> Int {
    larger(1, smaller(mostRows, gathered / larger(1, depth)))
  }

  /// Gathered rows, and five numbers of each.
  static func scratchElements(_ depth: Int) -> Int { chunk(depth) * (depth + F32Lanes.count) + 5 * mostRows }

  /// `rows` rows, `pitch` words apart, their scales and zero points.
  @inline(never)
  func write(
    _ first: Int, _ rows: Int, _ encoded: UnsafeMutablePointer<Float>, _ pitch: Int,
    _ scales: UnsafeMutablePointer<Float>, _ zeros: UnsafeMutablePointer<Int32>,
    _ scratch: UnsafeMutablePointer<Float>
  ) {
    guard let x = reader.arguments.pointee.x else { return }
    let problem: PixelProblem<Float> = reader.problem
    let isInPlace: Bool =
      problem.isPointwise && problem.inputChannel == 1 && reader.arguments.pointee.prologue.isEmpty
    let chunk: Int = isInPlace ? Self.mostRows : Self.chunk(depth)
    let numbers: UnsafeMutablePointer<Float> = scratch
    let gather: UnsafeMutablePointer<Float> = scratch + 5 * Self.mostRows
    let codes = LaneCodes(
      factors: numbers,
      zeros: UnsafeMutableRawPointer(numbers + Self.mostRows).assumingMemoryBound(to: Int32.self), low: 0,
      high: 255)
    let ranges = LaneRanges(
      least: numbers + 2 * Self.mostRows, largest: numbers + 3 * Self.mostRows,
      invalid: numbers + 4 * Self.mostRows)
    var row: Int = 0
    while row < rows {
      let count: Int = smaller(chunk, rows - row)
      var source: UnsafePointer<Float> = UnsafePointer(gather)
      var sourcePitch: Int = depth
      if isInPlace {
        source = x + (first + row) * problem.inputPixel + reader.firstChannel
        sourcePitch = problem.inputPixel
      } else {
        reader.write(first + row, count, 0, depth, gather, depth)
      }
      if Lanes.isQuantized {
        ranges.find(source, sourcePitch, 1, count, depth)
        ReducedPack<Lanes>.choose(codes, ranges, count, count, scales + row)
        for r in 0..<count { zeros[row + r] = codes.zeros[r] }
      }
      for r in 0..<count {
        let to: UnsafeMutablePointer<Float> = encoded + (row + r) * pitch
        to[words - 1] = 0
        Lanes.encode(source + r * sourcePitch, depth, codes, r, UnsafeMutableRawPointer(to))
      }
      row += count
    }
  }
}
