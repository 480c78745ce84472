internal import KernelInterface

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Mean and variance along an axis, in two passes.
func momentsF32(
  _ mean: UnsafeMutablePointer<Float>, _ variance: UnsafeMutablePointer<Float>, _ outStride: Int,
  _ input: UnsafePointer<Float>, _ shape: AxisShape
) {
  let n: Double = Double(shape.length)
  var o: Int = 0
  while o < shape.outer {
    let x: UnsafePointer<Float> = input + o &* shape.outerStride
    let at: Int = o &* outStride
    if shape.isRow {
      let center: Float = Float(sumRow(x, shape.length, identity) / n)
      let moments: (sum: Double, squares: Double) = sumDeviations(x, shape.length, splat(center))
      let error: Double = moments.sum / n
      let value: Double = moments.squares / n - error * error
      mean[at] = Float(Double(center) + error)
      variance[at] = Float(value < 0 ? 0 : value)
    } else {
      var i: Int = 0
      while i < shape.inner {
        let lanes: Int = registerLanes(i, shape.inner)
        var sum = WideSum()
        var l: Int = 0
        while l < shape.length {
          sum.add(loadColumns(x + l &* shape.lengthStride + i, lanes))
          l &+= 1
        }
        let center: VF32 = sum.scaled(1 / n)
        var squares = WideSum()
        l = 0
        while l < shape.length {
          let deviation: VF32 = loadColumns(x + l &* shape.lengthStride + i, lanes) - center
          squares.add(deviation * deviation)
          l &+= 1
        }
        storeColumns(center, mean + at + i, lanes)
        storeColumns(squares.scaled(1 / n), variance + at + i, lanes)
        i &+= F32Lanes.count
      }
    }
    o &+= 1
  }
}

/// Division by the L1 or L2 norm along an axis.
func lpNormF32(
  _ out: UnsafeMutablePointer<Float>, _ input: UnsafePointer<Float>, _ shape: AxisShape, _ p: Int
) {
  var o: Int = 0
  while o < shape.outer {
    let y: UnsafeMutablePointer<Float> = out + o &* shape.outerStride
    let x: UnsafePointer<Float> = input + o &* shape.outerStride
    if shape.isRow {
      let power: Double =
        p == 1 ? sumRow(x, shape.length, magnitude) : sumRow(x, shape.length, squared)
      let norm: Float = Float(p == 1 ? power : sqrt(power))
      let divisor: VF32 = splat(norm == 0 ? 1 : norm)
      @_transparent func normalized(_ v: VF32) -> VF32 { v / divisor }
      mapF32(y, x, shape.length, normalized)
    } else {
      var i: Int = 0
      while i < shape.inner {
        let lanes: Int = registerLanes(i, shape.inner)
        var sum = WideSum()
        var l: Int = 0
        while l < shape.length {
          let value: VF32 = loadColumns(x + l &* shape.lengthStride + i, lanes)
          sum.add(p == 1 ? magnitude(value) : value * value)
          l &+= 1
        }
        let norm: VF32 = p == 1 ? sum.value : squareRoot(sum.value)
        let divisor: VF32 = select(norm .== splat(0), splat(1), norm)
        l = 0
        while l < shape.length {
          let at: Int = l &* shape.lengthStride &+ i
          storeColumns(loadColumns(x + at, lanes) / divisor, y + at, lanes)
          l &+= 1
        }
        i &+= F32Lanes.count
      }
    }
    o &+= 1
  }
}
