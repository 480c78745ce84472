internal import KernelInterface

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Softmax and LogSoftmax in f64, column by column, through the C library.
@inline(__always)
private func softmaxF64(
  _ out: UnsafeMutableRawPointer, _ input: UnsafeRawPointer, _ shape: AxisShape, _ isLog: Bool
) {
  let to: UnsafeMutablePointer<Double> = out.assumingMemoryBound(to: Double.self)
  let from: UnsafePointer<Double> = input.assumingMemoryBound(to: Double.self)
  let stride: Int = shape.lengthStride
  var o: Int = 0
  while o < shape.outer {
    var i: Int = 0
    while i < shape.inner {
      let x: UnsafePointer<Double> = from + o &* shape.outerStride + i
      let y: UnsafeMutablePointer<Double> = to + o &* shape.outerStride + i
      var best: Double = -.infinity
      var l: Int = 0
      while l < shape.length {
        let value: Double = x[l &* stride]
        if !(value <= best) && best == best { best = value }
        l &+= 1
      }
      var sum = CompensatedSum()
      l = 0
      while l < shape.length {
        sum.add(exp(x[l &* stride] - best))
        l &+= 1
      }
      let logarithm: Double = log(sum.value)
      l = 0
      while l < shape.length {
        let shifted: Double = x[l &* stride] - best
        y[l &* stride] = isLog ? shifted - logarithm : exp(shifted) / sum.value
        l &+= 1
      }
      i &+= 1
    }
    o &+= 1
  }
}

/// The family of softmax kernels.
let softmaxKernels = SoftmaxKernels(
  softmax: { element in
    switch element {
    case .float32: return { softmaxF32($0, $1, $2) }
    case .float64: return { softmaxF64($0, $1, $2, false) }
    default: return nil
    }
  },
  logSoftmax: { element in
    switch element {
    case .float32: return { logSoftmaxF32($0, $1, $2) }
    case .float64: return { softmaxF64($0, $1, $2, true) }
    default: return nil
    }
  },
  block: { element in
    switch element {
    case .float32: return { softmaxBlockF32($0, $1, $2) }
    case .float64: return { softmaxBlockF64($0, $1, $2) }
    default: return nil
    }
  })
