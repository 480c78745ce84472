internal import KernelInterface

/// LRN across channels. With the channels in the middle, neighbours along `inner` make a register; with the
/// channels last, neighbouring channels do, but for those whose window is cut at an end.
func localResponseF32(
  _ out: UnsafeMutablePointer<Float>, _ input: UnsafePointer<Float>, _ shape: AxisShape, _ size: Int,
  _ alpha: Float, _ beta: Float, _ bias: Float
) {
  let before: Int = (size &- 1) / 2
  let after: Int = size / 2
  let scale: VF32 = splat(alpha / Float(size))
  let offset: VF32 = splat(bias)
  let power: VF32 = splat(-beta)
  let stride: Int = shape.lengthStride
  var o: Int = 0
  while o < shape.outer {
    let y: UnsafeMutablePointer<Float> = out + o &* shape.outerStride
    let x: UnsafePointer<Float> = input + o &* shape.outerStride
    var c: Int = 0
    while c < shape.length {
      let first: Int = c > before ? c &- before : 0
      let last: Int = c &+ after < shape.length ? c &+ after : shape.length &- 1
      var channels: Int = 1
      if shape.isRow && c >= before {
        let whole: Int = shape.length &- after &- c
        channels = whole < 1 ? 1 : whole < F32Lanes.count ? whole : F32Lanes.count
      }
      let width: Int = shape.isRow ? channels : shape.inner
      var i: Int = 0
      while i < width {
        let lanes: Int = registerLanes(i, width)
        var sum: VF32 = splat(0)
        var k: Int = first
        while k <= last {
          let value: VF32 = loadColumns(x + k &* stride + i, lanes)
          sum = mulAdd(value, value, sum)
          k &+= 1
        }
        let factor: VF32 = vectorExp(power * vectorLog(mulAdd(scale, sum, offset)))
        storeColumns(loadColumns(x + c &* stride + i, lanes) * factor, y + c &* stride + i, lanes)
        i &+= F32Lanes.count
      }
      c &+= channels
    }
    o &+= 1
  }
}
