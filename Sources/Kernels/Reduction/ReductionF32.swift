internal import KernelInterface

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// The f32 reductions. A contiguous axis is summed by `sumRow`; any other is walked in columns, a register of
/// neighbouring columns at a time, with sums in f64.
func reductionF32(_ function: ReductionFunction) -> ReductionKernel {
  switch function {
  case .sum: return { sumsF32($0, $1, $2, $3, identity, { sum, _ in sum }) }
  case .mean: return { sumsF32($0, $1, $2, $3, identity, { sum, n in sum / Double(n) }) }
  case .sumSquare: return { sumsF32($0, $1, $2, $3, squared, { sum, _ in sum }) }
  case .l1: return { sumsF32($0, $1, $2, $3, magnitude, { sum, _ in sum }) }
  case .l2: return { sumsF32($0, $1, $2, $3, squared, { sum, _ in sqrt(sum) }) }
  case .logSum: return { sumsF32($0, $1, $2, $3, identity, { sum, _ in log(sum) }) }
  case .product: return { productsF32($0, $1, $2, $3) }
  case .max: return { extremesF32($0, $1, $2, $3, -.infinity, greater) }
  case .min: return { extremesF32($0, $1, $2, $3, .infinity, lesser) }
  case .logSumExp: return { logSumExpF32($0, $1, $2, $3) }
  }
}

extension AxisShape {
  /// Whether the axis lies in one piece.
  @inline(__always) var isRow: Bool { inner == 1 && lengthStride == 1 }
}

@_transparent
private func sumsF32(
  _ out: UnsafeMutableRawPointer, _ outStride: Int, _ input: UnsafeRawPointer, _ shape: AxisShape,
  _ body: (VF32) -> VF32, _ finish: (Double, Int) -> Double
) {
  let to: UnsafeMutablePointer<Float> = out.assumingMemoryBound(to: Float.self)
  let from: UnsafePointer<Float> = input.assumingMemoryBound(to: Float.self)
  var o: Int = 0
  while o < shape.outer {
    let x: UnsafePointer<Float> = from + o &* shape.outerStride
    let y: UnsafeMutablePointer<Float> = to + o &* outStride
    if shape.isRow {
      y[0] = Float(finish(sumRow(x, shape.length, body), shape.length))
    } else {
      let count: Int = F32Lanes.count
      var i: Int = 0
      // Four registers, so that sums wait for each other less.
      while i &+ 4 &* count <= shape.inner {
        var sum0 = WideSum()
        var sum1 = WideSum()
        var sum2 = WideSum()
        var sum3 = WideSum()
        var from: UnsafePointer<Float> = x + i
        var l: Int = 0
        while l < shape.length {
          sum0.add(body(F32Lanes.load(from)))
          sum1.add(body(F32Lanes.load(from + count)))
          sum2.add(body(F32Lanes.load(from + 2 &* count)))
          sum3.add(body(F32Lanes.load(from + 3 &* count)))
          from += shape.lengthStride
          l &+= 1
        }
        finishColumns(sum0, y + i, count, shape.length, finish)
        finishColumns(sum1, y + i + count, count, shape.length, finish)
        finishColumns(sum2, y + i + 2 &* count, count, shape.length, finish)
        finishColumns(sum3, y + i + 3 &* count, count, shape.length, finish)
        i &+= 4 &* count
      }
      while i < shape.inner {
        let lanes: Int = registerLanes(i, shape.inner)
        var sum = WideSum()
        var l: Int = 0
        while l < shape.length {
          sum.add(body(loadColumns(x + l &* shape.lengthStride + i, lanes)))
          l &+= 1
        }
        finishColumns(sum, y + i, lanes, shape.length, finish)
        i &+= count
      }
    }
    o &+= 1
  }
}

/// Stores what `finish` makes of the first `lanes` sums.
@_transparent
private func finishColumns(
  _ sum: WideSum, _ out: UnsafeMutablePointer<Float>, _ lanes: Int, _ length: Int,
  _ finish: (Double, Int) -> Double
) {
  let half: Int = F64Lanes.count
  var lane: Int = 0
  while lane < lanes {
    let value: Double = lane < half ? sum.low[lane] : sum.high[lane &- half]
    out[lane] = Float(finish(value, length))
    lane &+= 1
  }
}

private func productsF32(
  _ out: UnsafeMutableRawPointer, _ outStride: Int, _ input: UnsafeRawPointer, _ shape: AxisShape
) {
  let to: UnsafeMutablePointer<Float> = out.assumingMemoryBound(to: Float.self)
  let from: UnsafePointer<Float> = input.assumingMemoryBound(to: Float.self)
  var o: Int = 0
  while o < shape.outer {
    let x: UnsafePointer<Float> = from + o &* shape.outerStride
    let y: UnsafeMutablePointer<Float> = to + o &* outStride
    var i: Int = 0
    while i < shape.inner {
      let lanes: Int = registerLanes(i, shape.inner)
      var product = WideSum()
      product.low = VF64(repeating: 1)
      product.high = VF64(repeating: 1)
      var l: Int = 0
      while l < shape.length {
        product.multiply(loadColumns(x + l &* shape.lengthStride + i, lanes))
        l &+= 1
      }
      storeColumns(product.value, y + i, lanes)
      i &+= F32Lanes.count
    }
    o &+= 1
  }
}

@_transparent
private func extremesF32(
  _ out: UnsafeMutableRawPointer, _ outStride: Int, _ input: UnsafeRawPointer, _ shape: AxisShape,
  _ start: Float, _ better: (VF32, VF32) -> VF32
) {
  let to: UnsafeMutablePointer<Float> = out.assumingMemoryBound(to: Float.self)
  let from: UnsafePointer<Float> = input.assumingMemoryBound(to: Float.self)
  var o: Int = 0
  while o < shape.outer {
    let x: UnsafePointer<Float> = from + o &* shape.outerStride
    let y: UnsafeMutablePointer<Float> = to + o &* outStride
    if shape.isRow {
      y[0] = extremeRow(x, shape.length, start, better)
    } else {
      var i: Int = 0
      while i < shape.inner {
        let lanes: Int = registerLanes(i, shape.inner)
        var best: VF32 = splat(start)
        var l: Int = 0
        while l < shape.length {
          best = better(best, loadColumns(x + l &* shape.lengthStride + i, lanes))
          l &+= 1
        }
        storeColumns(best, y + i, lanes)
        i &+= F32Lanes.count
      }
    }
    o &+= 1
  }
}

private func logSumExpF32(
  _ out: UnsafeMutableRawPointer, _ outStride: Int, _ input: UnsafeRawPointer, _ shape: AxisShape
) {
  let to: UnsafeMutablePointer<Float> = out.assumingMemoryBound(to: Float.self)
  let from: UnsafePointer<Float> = input.assumingMemoryBound(to: Float.self)
  var o: Int = 0
  while o < shape.outer {
    let x: UnsafePointer<Float> = from + o &* shape.outerStride
    let y: UnsafeMutablePointer<Float> = to + o &* outStride
    var i: Int = 0
    while i < shape.inner {
      let lanes: Int = registerLanes(i, shape.inner)
      var best: VF32 = splat(-.infinity)
      var l: Int = 0
      while l < shape.length {
        best = greater(best, loadColumns(x + l &* shape.lengthStride + i, lanes))
        l &+= 1
      }
      let isFinite: SIMDMask<VI32> = magnitude(best) .< splat(.infinity)
      let center: VF32 = select(isFinite, best, splat(0))
      var sum = WideSum()
      l = 0
      while l < shape.length {
        sum.add(vectorExp(loadColumns(x + l &* shape.lengthStride + i, lanes) - center))
        l &+= 1
      }
      storeColumns(center + vectorLog(sum.value), y + i, lanes)
      i &+= F32Lanes.count
    }
    o &+= 1
  }
}
