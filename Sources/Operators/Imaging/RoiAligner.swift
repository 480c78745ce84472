internal import Graphs
internal import Tensors

/// The bins of `RoiAlign`: every bin is the mean, or the largest, of points on a regular grid in it.
struct RoiAligner: Sendable {
  let image: Shape
  let regions: Int
  let height: Int
  let width: Int
  let samples: Int
  let scale: Double
  let offset: Double
  let takesMaximum: Bool

  func run<Element: BinaryFloatingPoint>(
    _ run: RunContext, _ out: UnsafeMutablePointer<Element>, _ input: UnsafePointer<Element>,
    _ boxes: UnsafePointer<Element>, _ batches: UnsafePointer<Int64>
  ) throws(ExecutionError) {
    for region in 0..<regions {
      guard batches[region] >= 0, batches[region] < image[0] else {
        throw ExecutionError(
          .indexOutOfRange,
          "batch index \(batches[region]) is outside [0, \(image[0] - 1)] (region \(region))")
      }
      let (rows, columns) = grid(boxes + region &* 4)
      guard rows * columns <= 0x1p20 else {
        throw ExecutionError(.tooLarge, "region \(region) needs \(rows) x \(columns) samples for each bin")
      }
    }
    run.parallel(regions) { region, _ in
      let box = boxes + region &* 4
      let (rows, columns) = grid(box)
      for channel in 0..<image[1] {
        let plane = input + (Int(batches[region]) &* image[1] &+ channel) &* image[2] &* image[3]
        let bins = out + (region &* image[1] &+ channel) &* height &* width
        for bin in 0..<height &* width {
          bins[bin] = value(plane, box, bin / width, bin % width, Int(rows), Int(columns))
        }
      }
    }
  }

  /// The first edge and the length of a region along an axis.
  @inline(__always)
  private func span<Element: BinaryFloatingPoint>(_ low: Element, _ high: Element) -> (Double, Double) {
    let start: Double = Double(low) * scale - offset
    let length: Double = Double(high) * scale - offset - start
    return (start, offset == 0 ? max(length, 1) : length)
  }

  /// How many points a bin has along each axis.
  @inline(__always)
  private func grid<Element: BinaryFloatingPoint>(_ box: UnsafePointer<Element>) -> (Double, Double) {
    if samples > 0 { return (Double(samples), Double(samples)) }
    let rows: Double = (span(box[1], box[3]).1 / Double(height)).rounded(.up)
    let columns: Double = (span(box[0], box[2]).1 / Double(width)).rounded(.up)
    guard rows.isFinite, columns.isFinite else { return (0, 0) }
    return (max(rows, 0), max(columns, 0))
  }

  @inline(__always)
  private func value<Element: BinaryFloatingPoint>(
    _ plane: UnsafePointer<Element>, _ box: UnsafePointer<Element>, _ row: Int, _ column: Int, _ rows: Int,
    _ columns: Int
  ) -> Element {
    let (top, regionHeight) = span(box[1], box[3])
    let (left, regionWidth) = span(box[0], box[2])
    let (binHeight, binWidth) = (regionHeight / Double(height), regionWidth / Double(width))
    var sum: Double = 0
    var largest: Double?
    for y in 0..<rows {
      let down: Double = top + (Double(row) + (Double(y) + 0.5) / Double(rows)) * binHeight
      for x in 0..<columns {
        let across: Double = left + (Double(column) + (Double(x) + 0.5) / Double(columns)) * binWidth
        let point: (sum: Double, largest: Double) = sample(plane, down, across)
        sum += point.sum
        largest = max(largest ?? point.largest, point.largest)
      }
    }
    return takesMaximum ? Element(largest ?? 0) : Element(sum / Double(max(rows &* columns, 1)))
  }

  /// The linear interpolation at a point, and the largest of its four weighted neighbours.
  @inline(__always)
  private func sample<Element: BinaryFloatingPoint>(
    _ plane: UnsafePointer<Element>, _ down: Double, _ across: Double
  ) -> (Double, Double) {
    let (lines, line) = (image[2], image[3])
    guard down >= -1, down <= Double(lines), across >= -1, across <= Double(line), lines > 0, line > 0 else {
      return (0, 0)
    }
    let y: Double = min(max(down, 0), Double(lines - 1))
    let x: Double = min(max(across, 0), Double(line - 1))
    let (y0, x0) = (Int(y), Int(x))
    let (y1, x1) = (min(y0 + 1, lines - 1), min(x0 + 1, line - 1))
    let (v, u) = (y - Double(y0), x - Double(x0))
    let a: Double = (1 - v) * (1 - u) * Double(plane[y0 &* line &+ x0])
    let b: Double = (1 - v) * u * Double(plane[y0 &* line &+ x1])
    let c: Double = v * (1 - u) * Double(plane[y1 &* line &+ x0])
    let d: Double = v * u * Double(plane[y1 &* line &+ x1])
    return (a + b + c + d, max(max(a, b), max(c, d)))
  }
}
