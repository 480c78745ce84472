/// The operands of depthwise tiles: output rows of a chunk of channels.
struct DepthwiseOperands<Element> {
  /// For each row of taps: where it begins, counted from `source`, where its weights lie, and how many input
  /// columns it begins after the first tap.
  var taps: UnsafePointer<Int>
  /// Entries of that list for each row of kernels, and such rows.
  var rowTaps: Int
  var kernelRows: Int
  /// What the first tap of the first column of the first output row reads, and from one output row to the
  /// next.
  var source: UnsafePointer<Element>
  var sourceRow: Int
  /// From an input column to the next, and between taps of the weights.
  var pitch: Int
  var width: Int
  /// Input rows that exist, counted from what the first row of kernels reads for the first output row.
  var top: Int
  var bottom: Int
  var rowStride: Int
  var rowDilation: Int
  /// Input columns that exist, counted from what the first tap of the first column reads; others are `zeros`.
  var first: Int
  var end: Int
  var zeros: UnsafePointer<Element>
  var stride: Int
  var weights: UnsafePointer<Element>
  /// Channels of which there is a bias.
  var channels: Int
  var bias: UnsafePointer<Element>? = nil
  var biasScale: Element
  var residual: UnsafePointer<Element>? = nil
  var residualRow: Int = 0
  var out: UnsafeMutablePointer<Element>
  var outPitch: Int
  var outRow: Int = 0
  /// Output rows, and neighbouring tiles of each.
  var rows: Int = 1
  var tiles: Int = 1

  /// Goes on by `columns` output columns.
  @inline(__always) mutating func advance(_ columns: Int, _ residualPitch: Int) {
    source += columns * stride * pitch
    first -= columns * stride
    end -= columns * stride
    out += columns * outPitch
    if let from = residual { residual = from + columns * residualPitch }
  }
}

/// Runs the tiles of one width of some output rows.
@inline(never)
func depthwiseTiles<Columns: DepthwiseColumns, Taps: DepthwiseTaps>(
  _ type: Columns.Type, _ taps: Taps.Type,
  _ operands: UnsafePointer<DepthwiseOperands<Columns.Lanes.Element>>,
  _ ending: UnsafePointer<TileEnding<Columns.Lanes>>
) where Columns.Lanes == Taps.Lanes {
  typealias Lanes = Columns.Lanes
  let pitch: Int = operands.pointee.pitch
  let width: Int = operands.pointee.width
  let advance: Int = Columns.count * Taps.stride(operands.pointee.stride)
  let count: UInt = UInt(bitPattern: operands.pointee.end - operands.pointee.first)
  let entry: Int = 3 * operands.pointee.rowTaps
  for row in 0..<operands.pointee.rows {
    let above: Int = operands.pointee.top - row * operands.pointee.rowStride
    let below: Int = operands.pointee.bottom - row * operands.pointee.rowStride
    let dilation: Int = operands.pointee.rowDilation
    let low: Int = above > 0 ? ceilDivide(above, dilation) : 0
    let high: Int =
      below < operands.pointee.kernelRows * dilation
      ? ceilDivide(below, dilation) : operands.pointee.kernelRows
    let begin: UnsafePointer<Int> = operands.pointee.taps + low * entry
    let end: UnsafePointer<Int> = operands.pointee.taps + high * entry
    var source: UnsafePointer<Lanes.Element> = operands.pointee.source + row * operands.pointee.sourceRow
    var out: UnsafeMutablePointer<Lanes.Element> = operands.pointee.out + row * operands.pointee.outRow
    var residual: UnsafePointer<Lanes.Element>? = nil
    if let from = operands.pointee.residual { residual = from + row * operands.pointee.residualRow }
    var first: Int = operands.pointee.first
    for _ in 0..<operands.pointee.tiles {
      var channel: Int = 0
      while channel < width {
        var start: Lanes.Vector = Lanes.zero
        if let bias = operands.pointee.bias {
          let left: Int = operands.pointee.channels - channel
          let value: Lanes.Vector =
            left >= Lanes.count ? Lanes.load(bias + channel) : Lanes.load(bias + channel, left)
          start = Lanes.multiply(value, Lanes.splat(operands.pointee.biasScale))
        }
        var columns: Columns = Columns(start)
        var list: UnsafePointer<Int> = begin
        while list < end {
          let row = DepthwiseRow<Lanes>(
            source: source + (channel + list[0]), pitch: pitch, first: first - list[2], count: count,
            zeros: operands.pointee.zeros)
          columns.step(
            Taps(operands.pointee.weights + (channel + list[1]), width, operands.pointee.stride), row, 0,
            Columns.count)
          list += 3
        }
        if let residual { columns.add(residual + channel, ending.pointee) }
        columns.store(out + channel, operands.pointee.outPitch, ending.pointee)
        channel += Lanes.count
      }
      source += advance * pitch
      first -= advance
      out += Columns.count * operands.pointee.outPitch
      if let from = residual { residual = from + Columns.count * ending.pointee.residualPitch }
    }
  }
}
