internal import KernelInterface

/// Running sums and products along an axis, column by column, so that the output may be the input. f32
/// runs in f64.
@inline(__always)
private func cumulative<T: BitwiseCopyable, Sum>(
  _ out: UnsafeMutableRawPointer, _ input: UnsafeRawPointer, _ shape: AxisShape, _ exclusive: Bool,
  _ reverse: Bool, _ start: Sum, _ combine: (Sum, T) -> Sum, _ finish: (Sum) -> T
) {
  let to: UnsafeMutablePointer<T> = out.assumingMemoryBound(to: T.self)
  let from: UnsafePointer<T> = input.assumingMemoryBound(to: T.self)
  let step: Int = reverse ? 0 &- shape.lengthStride : shape.lengthStride
  let first: Int = reverse ? (shape.length &- 1) &* shape.lengthStride : 0
  var o: Int = 0
  while o < shape.outer {
    var i: Int = 0
    while i < shape.inner {
      var at: Int = o &* shape.outerStride &+ i &+ first
      var sum: Sum = start
      var l: Int = 0
      while l < shape.length {
        let next: Sum = combine(sum, from[at])
        to[at] = finish(exclusive ? sum : next)
        sum = next
        at &+= step
        l &+= 1
      }
      i &+= 1
    }
    o &+= 1
  }
}

func cumulativeSumKernel(_ element: KernelElement) -> CumulativeKernel? {
  switch element {
  case .float32:
    return {
      cumulative($0, $1, $2, $3, $4, Double(0), { (s: Double, x: Float) in s + Double(x) }, { Float($0) })
    }
  case .float64: return { cumulative($0, $1, $2, $3, $4, 0, { (s: Double, x: Double) in s + x }, { $0 }) }
  case .int8: return cumulativeSumInteger(Int8.self)
  case .int16: return cumulativeSumInteger(Int16.self)
  case .int32: return cumulativeSumInteger(Int32.self)
  case .int64: return cumulativeSumInteger(Int64.self)
  case .uint8: return cumulativeSumInteger(UInt8.self)
  case .uint16: return cumulativeSumInteger(UInt16.self)
  case .uint32: return cumulativeSumInteger(UInt32.self)
  case .uint64: return cumulativeSumInteger(UInt64.self)
  case .float16, .bfloat16, .bool: return nil
  }
}

func cumulativeProductKernel(_ element: KernelElement) -> CumulativeKernel? {
  switch element {
  case .float32:
    return {
      cumulative($0, $1, $2, $3, $4, Double(1), { (s: Double, x: Float) in s * Double(x) }, { Float($0) })
    }
  case .float64: return { cumulative($0, $1, $2, $3, $4, 1, { (s: Double, x: Double) in s * x }, { $0 }) }
  case .int8: return cumulativeProductInteger(Int8.self)
  case .int16: return cumulativeProductInteger(Int16.self)
  case .int32: return cumulativeProductInteger(Int32.self)
  case .int64: return cumulativeProductInteger(Int64.self)
  case .uint8: return cumulativeProductInteger(UInt8.self)
  case .uint16: return cumulativeProductInteger(UInt16.self)
  case .uint32: return cumulativeProductInteger(UInt32.self)
  case .uint64: return cumulativeProductInteger(UInt64.self)
  case .float16, .bfloat16, .bool: return nil
  }
}

private func cumulativeSumInteger<T: KernelInteger>(_ type: T.Type) -> CumulativeKernel {
  return { cumulative($0, $1, $2, $3, $4, 0, { (s: T, x: T) in s &+ x }, { $0 }) }
}

private func cumulativeProductInteger<T: KernelInteger>(_ type: T.Type) -> CumulativeKernel {
  return { cumulative($0, $1, $2, $3, $4, 1, { (s: T, x: T) in s &* x }, { $0 }) }
}
