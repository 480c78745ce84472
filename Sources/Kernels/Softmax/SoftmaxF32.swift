internal import KernelInterface

/// Softmax in f32: three passes over the axis (maximum, exponentials and their sum, scaling). A contiguous
/// axis is walked along, any other a register of neighbouring columns at a time.
func softmaxF32(_ out: UnsafeMutableRawPointer, _ input: UnsafeRawPointer, _ shape: AxisShape) {
  let to: UnsafeMutablePointer<Float> = out.assumingMemoryBound(to: Float.self)
  let from: UnsafePointer<Float> = input.assumingMemoryBound(to: Float.self)
  var o: Int = 0
  while o < shape.outer {
    let y: UnsafeMutablePointer<Float> = to + o &* shape.outerStride
    let x: UnsafePointer<Float> = from + o &* shape.outerStride
    if shape.isRow { softmaxRow(y, x, shape.length) } else { softmaxColumns(y, x, shape) }
    o &+= 1
  }
}

/// exp(x - best), where no difference is positive.
@_transparent func shiftedExp(_ x: VF32, _ best: VF32) -> VF32 {
  ExponentialParts(maximum(splat(-104), x - best)).value
}

/// Writes exp(x - best) for every element of a row and returns the sum of them. `y` may be `x`.
@_transparent
func exponentialsOfRow(
  _ y: UnsafeMutablePointer<Float>, _ x: UnsafePointer<Float>, _ count: Int, _ best: VF32
) -> Double {
  let lanes: Int = F32Lanes.count
  var total: Double = 0
  var i: Int = 0
  while i < count {
    let end: Int = count &- i < 32 &* lanes ? count : i &+ 32 &* lanes
    var sum: VF32 = splat(0)
    while i &+ lanes <= end {
      let e: VF32 = shiftedExp(F32Lanes.load(x + i), best)
      F32Lanes.store(e, y + i)
      sum += e
      i &+= lanes
    }
    let rest: Int = end &- i
    if rest > 0 {
      let e: VF32 = shiftedExp(F32Lanes.load(x + i, rest), best)
      F32Lanes.store(e, y + i, rest)
      sum += select(firstLanes(rest), e, splat(0))
      i = end
    }
    total += Double(F32Lanes.sum(sum))
  }
  return total
}

@_transparent
private func softmaxRow(_ y: UnsafeMutablePointer<Float>, _ x: UnsafePointer<Float>, _ count: Int) {
  let total: Double = exponentialsOfRow(y, x, count, splat(maximumOfRow(x, count)))
  let factor: VF32 = splat(Float(1 / total))
  @_transparent func scaled(_ v: VF32) -> VF32 { v * factor }
  mapF32(y, y, count, scaled)
}

@_transparent
private func softmaxColumns(_ y: UnsafeMutablePointer<Float>, _ x: UnsafePointer<Float>, _ shape: AxisShape) {
  var i: Int = 0
  while i < shape.inner {
    let lanes: Int = registerLanes(i, shape.inner)
    var best: VF32 = splat(-.infinity)
    var l: Int = 0
    while l < shape.length {
      best = greater(best, loadColumns(x + l &* shape.lengthStride + i, lanes))
      l &+= 1
    }
    var sum = WideSum()
    l = 0
    while l < shape.length {
      let at: Int = l &* shape.lengthStride &+ i
      let e: VF32 = shiftedExp(loadColumns(x + at, lanes), best)
      storeColumns(e, y + at, lanes)
      sum.add(e)
      l &+= 1
    }
    let factor: VF32 = splat(1) / sum.value
    l = 0
    while l < shape.length {
      let at: Int = l &* shape.lengthStride &+ i
      storeColumns(loadColumns(y + at, lanes) * factor, y + at, lanes)
      l &+= 1
    }
    i &+= F32Lanes.count
  }
}

/// LogSoftmax in f32: maximum, sum of exponentials, difference.
func logSoftmaxF32(_ out: UnsafeMutableRawPointer, _ input: UnsafeRawPointer, _ shape: AxisShape) {
  let to: UnsafeMutablePointer<Float> = out.assumingMemoryBound(to: Float.self)
  let from: UnsafePointer<Float> = input.assumingMemoryBound(to: Float.self)
  var o: Int = 0
  while o < shape.outer {
    let y: UnsafeMutablePointer<Float> = to + o &* shape.outerStride
    let x: UnsafePointer<Float> = from + o &* shape.outerStride
    if shape.isRow {
      let best: VF32 = splat(maximumOfRow(x, shape.length))
      @_transparent func exponential(_ v: VF32) -> VF32 { shiftedExp(v, best) }
      let total: Double = sumRow(x, shape.length, exponential)
      let logarithm: VF32 = vectorLog(splat(Float(total)))
      @_transparent func shifted(_ v: VF32) -> VF32 { (v - best) - logarithm }
      mapF32(y, x, shape.length, shifted)
    } else {
      logSoftmaxColumns(y, x, shape)
    }
    o &+= 1
  }
}

@_transparent
private func logSoftmaxColumns(
  _ y: UnsafeMutablePointer<Float>, _ x: UnsafePointer<Float>, _ shape: AxisShape
) {
  var i: Int = 0
  while i < shape.inner {
    let lanes: Int = registerLanes(i, shape.inner)
    var best: VF32 = splat(-.infinity)
    var l: Int = 0
    while l < shape.length {
      best = greater(best, loadColumns(x + l &* shape.lengthStride + i, lanes))
      l &+= 1
    }
    var sum = WideSum()
    l = 0
    while l < shape.length {
      sum.add(shiftedExp(loadColumns(x + l &* shape.lengthStride + i, lanes), best))
      l &+= 1
    }
    let logarithm: VF32 = vectorLog(sum.value)
    l = 0
    while l < shape.length {
      let at: Int = l &* shape.lengthStride &+ i
      storeColumns((loadColumns(x + at, lanes) - best) - logarithm, y + at, lanes)
      l &+= 1
    }
    i &+= F32Lanes.count
  }
}
