internal import KernelInterface

/// The formulas of normalizations element by element, for float64 and for forms without a vector kernel. Sums
/// are taken in float64, statistics in two passes.
enum NormalizationScalars {
  /// Mean and variance (of the population) of `count` adjacent elements.
  static func moments<Element: BinaryFloatingPoint>(_ x: UnsafePointer<Element>, _ count: Int) -> (
    mean: Double, variance: Double
  ) {
    var sum: Double = 0
    for index in 0..<count { sum += Double(x[index]) }
    let mean: Double = sum / Double(count)
    var squares: Double = 0
    for index in 0..<count {
      let distance: Double = Double(x[index]) - mean
      squares += distance * distance
    }
    return (mean, squares / Double(count))
  }

  /// `out[o, c, i] = scale[c] * in[o, c, i] + shift[c]`.
  static func affine<Element: BinaryFloatingPoint>(
    _ out: UnsafeMutablePointer<Element>, _ input: UnsafePointer<Element>, _ scale: UnsafePointer<Element>,
    _ shift: UnsafePointer<Element>?, _ shape: AxisShape
  ) {
    for outer in 0..<shape.outer {
      for channel in 0..<shape.length {
        let offset: Int = outer &* shape.outerStride &+ channel &* shape.lengthStride
        let factor: Element = scale[channel]
        let added: Element = shift?[channel] ?? 0
        for inner in 0..<shape.inner { out[offset &+ inner] = input[offset &+ inner] * factor + added }
      }
    }
  }

  /// `out = x / norm(x)` along the axis, the norm being L1 (p = 1) or L2; a norm of 0 gives 0.
  static func lpNorm<Element: BinaryFloatingPoint>(
    _ out: UnsafeMutablePointer<Element>, _ input: UnsafePointer<Element>, _ shape: AxisShape, _ p: Int
  ) {
    for outer in 0..<shape.outer {
      for inner in 0..<shape.inner {
        let offset: Int = outer &* shape.outerStride &+ inner
        var sum: Double = 0
        for index in 0..<shape.length {
          let value = Double(input[offset &+ index &* shape.lengthStride])
          sum += p == 1 ? abs(value) : value * value
        }
        let norm: Double = p == 1 ? sum : sum.squareRoot()
        for index in 0..<shape.length {
          let place: Int = offset &+ index &* shape.lengthStride
          out[place] = norm == 0 ? 0 : Element(Double(input[place]) / norm)
        }
      }
    }
  }
}

/// `scale * x + shift` for each channel, as a table kernel or one of `NormalizationScalars`.
typealias ChannelAffineKernel<Element> =
  @Sendable (
    UnsafeMutablePointer<Element>, UnsafePointer<Element>, UnsafePointer<Element>, UnsafePointer<Element>?,
    AxisShape
  ) -> Void
