internal import KernelInterface

/// Turns sums of integers of a convolution into its output: (sum - zero(row) * sum of column's integers) *
/// scale(row) * scale(column), then bias, residual and activation.
struct ReducedPixelScaling<Lanes: ReducedLanes> {
  var finish: PixelFinish<F32Lanes>
  /// Of the rows of a block.
  var rowScales: UnsafePointer<Float>
  var zeros: UnsafePointer<Int32>
  /// Of the outputs of a group.
  var columnScales: UnsafePointer<Float>
  var columnSums: UnsafePointer<Float>
  /// The group's first output.
  var firstColumn: Int

  /// `rows` pixels, from row `row` of the block that begins at pixel `first`, and `columns` outputs from
  /// `column` of the group; their sums are at `tile`, rows of `width`.
  @inline(never)
  func run(
    _ tile: UnsafeMutablePointer<Float>, _ width: Int, _ first: Int, _ row: Int, _ rows: Int, _ column: Int,
    _ columns: Int
  ) {
    let isLate: Bool = finish.isLate
    var clamps = TileEnding<F32Lanes>()
    finish.clamp(&clamps)
    let opening: TileEnding<F32Lanes> = finish.ending(firstColumn + column, columns)
    let residualScale: VF32 = splat(finish.residualScale)
    var done: Int = 0
    while done < columns {
      let scales: VF32 = F32Lanes.load(columnScales + column + done)
      let sums: VI32 = bits(F32Lanes.load(columnSums + column + done))
      let bias: VF32 = done == 0 ? opening.left : opening.right
      let lanes: Int = smaller(Lanes.count, columns - done)
      for r in 0..<rows {
        let from: UnsafeMutablePointer<Float> = tile + (r * width + done)
        let shift: VI32 = VI32(repeating: zeros[row + r]) &* sums
        let sum: VF32 = float(bits(F32Lanes.load(from)) &- shift)
        var value: VF32 = F32Lanes.mulAdd(sum, splat(rowScales[row + r]) * scales, bias)
        guard !isLate else {
          F32Lanes.store(value, from)
          continue
        }
        let pixel: Int = first + row + r
        let place: Int = firstColumn + column + done
        if let residual = finish.residual {
          let other: UnsafePointer<Float> = residual + (pixel * finish.residualPixel + place)
          let addend: VF32 = lanes == Lanes.count ? F32Lanes.load(other) : F32Lanes.load(other, lanes)
          value = F32Lanes.mulAdd(addend, residualScale, value)
        }
        let to: UnsafeMutablePointer<Float> = finish.y + (pixel * finish.yPixel + place)
        if lanes == Lanes.count {
          F32Lanes.store(clamps.clamped(value), to)
        } else {
          F32Lanes.store(clamps.clamped(value), to, lanes)
        }
      }
      done += Lanes.count
    }
    if isLate { finish.run(tile, width, first + row, rows, firstColumn + column, columns) }
  }
}
