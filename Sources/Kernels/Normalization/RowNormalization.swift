internal import KernelInterface

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// LayerNormalization and RMSNormalization of rows, with the residual addition in front and gain and offset
/// behind. Statistics are taken in two passes: the second sums deviations and their squares, which
/// corrects the rounded mean.
func layerNormF32(_ job: RowNormalization) {
  let n: Double = Double(job.columns)
  var row: Int = 0
  while row < job.rows {
    let y: UnsafeMutablePointer<Float> = job.out + row &* job.outStride
    let x: UnsafePointer<Float> = addResidual(job, row, y)
    let mean: Float = Float(sumRow(x, job.columns, identity) / n)
    let center: VF32 = splat(mean)
    let moments: (sum: Double, squares: Double) = sumDeviations(x, job.columns, center)
    let error: Double = moments.sum / n
    let variance: Double = moments.squares / n - error * error
    let inverse: Float = Float(
      1 / sqrt((variance > 0 || variance != variance ? variance : 0) + Double(job.epsilon)))
    let factor: VF32 = splat(inverse)
    let shift: VF32 = splat(Float(-error) * inverse)
    @_transparent func standardized(_ v: VF32) -> VF32 { mulAdd(v - center, factor, shift) }
    finishRow(job, y, x, standardized)
    if let means: UnsafeMutablePointer<Float> = job.mean { means[row] = Float(Double(mean) + error) }
    if let inverses: UnsafeMutablePointer<Float> = job.inverseDeviation { inverses[row] = inverse }
    row &+= 1
  }
}

func rmsNormF32(_ job: RowNormalization) {
  let n: Double = Double(job.columns)
  var row: Int = 0
  while row < job.rows {
    let y: UnsafeMutablePointer<Float> = job.out + row &* job.outStride
    let x: UnsafePointer<Float> = addResidual(job, row, y)
    let square: Double = sumRow(x, job.columns, squared) / n
    let inverse: Float = Float(1 / sqrt(square + Double(job.epsilon)))
    let factor: VF32 = splat(inverse)
    @_transparent func scaled(_ v: VF32) -> VF32 { v * factor }
    finishRow(job, y, x, scaled)
    if let inverses: UnsafeMutablePointer<Float> = job.inverseDeviation { inverses[row] = inverse }
    row &+= 1
  }
}

/// The row to normalize: the input's own, or its sum with the residual, written to where it is wanted (or
/// else to the output's row).
@_transparent
private func addResidual(_ job: RowNormalization, _ row: Int, _ y: UnsafeMutablePointer<Float>)
  -> UnsafePointer<Float>
{
  let x: UnsafePointer<Float> = job.input + row &* job.inputStride
  guard let residuals: UnsafePointer<Float> = job.residual else { return x }
  let residual: UnsafePointer<Float> = residuals + row &* job.residualStride
  var target: UnsafeMutablePointer<Float> = y
  if let sums: UnsafeMutablePointer<Float> = job.sum { target = sums + row &* job.sumStride }
  rowsF32(target, x, residual, BinaryTile(count: job.columns), added)
  return UnsafePointer(target)
}

@_transparent
private func finishRow(
  _ job: RowNormalization, _ y: UnsafeMutablePointer<Float>, _ x: UnsafePointer<Float>, _ body: (VF32) -> VF32
) {
  let count: Int = job.columns
  if let gain: UnsafePointer<Float> = job.gain {
    if let offset: UnsafePointer<Float> = job.offset {
      @_transparent func affine(_ i: Int, _ lanes: Int) -> VF32 {
        mulAdd(
          body(loadColumns(x + i, lanes)), loadColumns(gain + i, lanes), loadColumns(offset + i, lanes))
      }
      finishColumns(y, count, affine)
    } else {
      @_transparent func scaled(_ i: Int, _ lanes: Int) -> VF32 {
        body(loadColumns(x + i, lanes)) * loadColumns(gain + i, lanes)
      }
      finishColumns(y, count, scaled)
    }
  } else if let offset: UnsafePointer<Float> = job.offset {
    @_transparent func shifted(_ i: Int, _ lanes: Int) -> VF32 {
      body(loadColumns(x + i, lanes)) + loadColumns(offset + i, lanes)
    }
    finishColumns(y, count, shifted)
  } else {
    @_transparent func plain(_ i: Int, _ lanes: Int) -> VF32 { body(loadColumns(x + i, lanes)) }
    finishColumns(y, count, plain)
  }
}

/// Writes a row of what `value` gives for the columns from a first one on, two registers at a time.
@_transparent
private func finishColumns(
  _ y: UnsafeMutablePointer<Float>, _ count: Int, _ value: (_ first: Int, _ lanes: Int) -> VF32
) {
  let lanes: Int = F32Lanes.count
  var i: Int = 0
  while i &+ 2 &* lanes <= count {
    let left: VF32 = value(i, lanes)
    let right: VF32 = value(i &+ lanes, lanes)
    F32Lanes.store(left, y + i)
    F32Lanes.store(right, y + i + lanes)
    i &+= 2 &* lanes
  }
  while i < count {
    let rest: Int = registerLanes(i, count)
    storeColumns(value(i, rest), y + i, rest)
    i &+= lanes
  }
}

/// The sums of x - center and of its square.
@_transparent
func sumDeviations(_ row: UnsafePointer<Float>, _ count: Int, _ center: VF32) -> (
  sum: Double, squares: Double
) {
  let lanes: Int = F32Lanes.count
  var total: Double = 0
  var squares: Double = 0
  var i: Int = 0
  while i < count {
    let end: Int = count &- i < 32 &* lanes ? count : i &+ 32 &* lanes
    var s0: VF32 = splat(0)
    var s1: VF32 = splat(0)
    var q0: VF32 = splat(0)
    var q1: VF32 = splat(0)
    while i &+ 2 &* lanes <= end {
      let a: VF32 = F32Lanes.load(row + i) - center
      let b: VF32 = F32Lanes.load(row + i + lanes) - center
      s0 += a
      s1 += b
      q0 = mulAdd(a, a, q0)
      q1 = mulAdd(b, b, q1)
      i &+= 2 &* lanes
    }
    while i < end {
      let rest: Int = end &- i < lanes ? end &- i : lanes
      let a: VF32 = select(firstLanes(rest), loadColumns(row + i, rest) - center, splat(0))
      s0 += a
      q0 = mulAdd(a, a, q0)
      i &+= rest
    }
    total += Double(F32Lanes.sum(s0 + s1))
    squares += Double(F32Lanes.sum(q0 + q1))
  }
  return (total, squares)
}
