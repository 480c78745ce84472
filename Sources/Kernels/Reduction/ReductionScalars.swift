internal import KernelInterface

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Reductions of f64, with compensated sums, and of integers, one element at a time.

@inline(__always)
private func reduceEach<T: BitwiseCopyable, Sum>(
  _ out: UnsafeMutableRawPointer, _ outStride: Int, _ input: UnsafeRawPointer, _ shape: AxisShape,
  _ start: Sum, _ combine: (inout Sum, T) -> Void, _ finish: (Sum) -> T
) {
  let to: UnsafeMutablePointer<T> = out.assumingMemoryBound(to: T.self)
  let from: UnsafePointer<T> = input.assumingMemoryBound(to: T.self)
  var o: Int = 0
  while o < shape.outer {
    var i: Int = 0
    while i < shape.inner {
      let x: UnsafePointer<T> = from + o &* shape.outerStride + i
      var sum: Sum = start
      var l: Int = 0
      while l < shape.length {
        combine(&sum, x[l &* shape.lengthStride])
        l &+= 1
      }
      to[o &* outStride &+ i] = finish(sum)
      i &+= 1
    }
    o &+= 1
  }
}

/// A sum and what its roundings lost (Neumaier).
struct CompensatedSum {
  var sum: Double = 0
  var lost: Double = 0

  @inline(__always) mutating func add(_ x: Double) {
    let next: Double = sum + x
    lost += fabs(sum) >= fabs(x) ? (sum - next) + x : (x - next) + sum
    sum = next
  }

  @inline(__always) var value: Double { fabs(sum) < .infinity ? sum + lost : sum }
}

func reductionF64(_ function: ReductionFunction) -> ReductionKernel {
  switch function {
  case .sum: return { sumsF64($0, $1, $2, $3, { $0 }, { $0 }) }
  case .mean:
    return { out, stride, input, shape in
      let n: Double = Double(shape.length)
      sumsF64(out, stride, input, shape, { $0 }, { $0 / n })
    }
  case .sumSquare: return { sumsF64($0, $1, $2, $3, { $0 * $0 }, { $0 }) }
  case .l1: return { sumsF64($0, $1, $2, $3, { fabs($0) }, { $0 }) }
  case .l2: return { sumsF64($0, $1, $2, $3, { $0 * $0 }, { sqrt($0) }) }
  case .logSum: return { sumsF64($0, $1, $2, $3, { $0 }, { log($0) }) }
  case .product:
    return { reduceEach($0, $1, $2, $3, 1, { (p: inout Double, x: Double) in p *= x }, { $0 }) }
  case .max:
    return {
      reduceEach(
        $0, $1, $2, $3, -Double.infinity,
        { (best: inout Double, x: Double) in if !(x <= best) && best == best { best = x } }, { $0 })
    }
  case .min:
    return {
      reduceEach(
        $0, $1, $2, $3, Double.infinity,
        { (best: inout Double, x: Double) in if !(x >= best) && best == best { best = x } }, { $0 })
    }
  case .logSumExp: return { logSumExpF64($0, $1, $2, $3) }
  }
}

@inline(__always)
private func sumsF64(
  _ out: UnsafeMutableRawPointer, _ outStride: Int, _ input: UnsafeRawPointer, _ shape: AxisShape,
  _ body: (Double) -> Double, _ finish: (Double) -> Double
) {
  reduceEach(
    out, outStride, input, shape, CompensatedSum(),
    { (sum: inout CompensatedSum, x: Double) in sum.add(body(x)) },
    { finish($0.value) })
}

private func logSumExpF64(
  _ out: UnsafeMutableRawPointer, _ outStride: Int, _ input: UnsafeRawPointer, _ shape: AxisShape
) {
  let to: UnsafeMutablePointer<Double> = out.assumingMemoryBound(to: Double.self)
  let from: UnsafePointer<Double> = input.assumingMemoryBound(to: Double.self)
  var o: Int = 0
  while o < shape.outer {
    var i: Int = 0
    while i < shape.inner {
      let x: UnsafePointer<Double> = from + o &* shape.outerStride + i
      var best: Double = -.infinity
      var l: Int = 0
      while l < shape.length {
        let value: Double = x[l &* shape.lengthStride]
        if !(value <= best) && best == best { best = value }
        l &+= 1
      }
      let center: Double = fabs(best) < .infinity ? best : 0
      var sum = CompensatedSum()
      l = 0
      while l < shape.length {
        sum.add(exp(x[l &* shape.lengthStride] - center))
        l &+= 1
      }
      to[o &* outStride &+ i] = center + log(sum.value)
      i &+= 1
    }
    o &+= 1
  }
}

func reductionInteger<T: KernelInteger>(_ function: ReductionFunction, _ type: T.Type) -> ReductionKernel {
  switch function {
  case .sum: return { reduceEach($0, $1, $2, $3, 0, { (s: inout T, x: T) in s = s &+ x }, { $0 }) }
  case .product: return { reduceEach($0, $1, $2, $3, 1, { (s: inout T, x: T) in s = s &* x }, { $0 }) }
  case .sumSquare: return { reduceEach($0, $1, $2, $3, 0, { (s: inout T, x: T) in s = s &+ x &* x }, { $0 }) }
  case .l1:
    return { reduceEach($0, $1, $2, $3, 0, { (s: inout T, x: T) in s = x < 0 ? s &- x : s &+ x }, { $0 }) }
  case .max:
    return { reduceEach($0, $1, $2, $3, T.min, { (s: inout T, x: T) in s = x > s ? x : s }, { $0 }) }
  case .min:
    return { reduceEach($0, $1, $2, $3, T.max, { (s: inout T, x: T) in s = x < s ? x : s }, { $0 }) }
  case .mean:
    return { out, stride, input, shape in
      let n: Int64 = Int64(shape.length)
      reduceEach(
        out, stride, input, shape, 0,
        { (s: inout Int64, x: T) in s = s &+ Int64(truncatingIfNeeded: x) },
        { n == 0 ? 0 : T(truncatingIfNeeded: $0 / n) })
    }
  case .l2:
    return { sumsInteger($0, $1, $2, $3, type, { $0 * $0 }, { sqrt($0) }) }
  case .logSum: return { sumsInteger($0, $1, $2, $3, type, { $0 }, { log($0) }) }
  case .logSumExp: return { sumsInteger($0, $1, $2, $3, type, { exp($0) }, { log($0) }) }
  }
}

@inline(__always)
private func sumsInteger<T: KernelInteger>(
  _ out: UnsafeMutableRawPointer, _ outStride: Int, _ input: UnsafeRawPointer, _ shape: AxisShape,
  _ type: T.Type, _ body: (Double) -> Double, _ finish: (Double) -> Double
) {
  reduceEach(
    out, outStride, input, shape, Double(0),
    { (s: inout Double, x: T) in s += body(Double(Int64(truncatingIfNeeded: x))) },
    { T(truncatingIfNeeded: saturatedInt64(finish($0))) })
}

/// Truncation toward zero; beyond the range its ends, NaN 0.
@inline(__always) func saturatedInt64(_ x: Double) -> Int64 {
  if x >= 9_223_372_036_854_775_808 { return Int64.max }
  if x > -9_223_372_036_854_775_808 { return Int64(x) }
  return x == x ? Int64.min : 0
}
