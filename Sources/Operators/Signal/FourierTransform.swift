internal import Tensors

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// The discrete Fourier transform of `count` complex numbers in float64, real and imaginary parts in turn:
/// by halving for powers of two (Cooley and Tukey, 1965), else as a convolution with a chirp (Bluestein,
/// 1970). Tables are made once; running allocates nothing.
struct FourierTransform: Sendable {
  let count: Int
  /// The power of two that is transformed.
  private let size: Int
  /// exp(-2 pi i k / size) for the first half of k.
  private let roots: StepBuffer<Double>
  /// exp(-pi i k^2 / count), and the transform of its conjugate around 0; nil for powers of two.
  private let chirp: StepBuffer<Double>?
  private let chirpTransform: StepBuffer<Double>?

  init(_ count: Int) {
    self.count = count
    var size: Int = 1
    let isPower: Bool = count & (count - 1) == 0
    while size < (isPower ? count : 2 * count - 1) { size *= 2 }
    self.size = size
    let length: Int = size
    let roots = StepBuffer<Double>(count: max(size, 2)) { target in
      for k in 0..<max(1, length / 2) {
        let angle: Double = -2 * Double.pi * Double(k) / Double(length)
        target[2 * k] = cos(angle)
        target[2 * k + 1] = sin(angle)
      }
    }
    self.roots = roots
    guard !isPower else {
      chirp = nil
      chirpTransform = nil
      return
    }
    let chirp = StepBuffer<Double>(count: 2 * count) { target in
      var square: Int = 0
      for k in 0..<count {
        let angle: Double = -Double.pi * Double(square) / Double(count)
        target[2 * k] = cos(angle)
        target[2 * k + 1] = sin(angle)
        square = (square + 2 * k + 1) % (2 * count)
      }
    }
    self.chirp = chirp
    chirpTransform = StepBuffer<Double>(count: 2 * size) { target in
      for index in 0..<2 * length { target[index] = 0 }
      for k in 0..<count {
        for place in [k, (length - k) % length] {
          target[2 * place] = chirp.address[2 * k]
          target[2 * place + 1] = -chirp.address[2 * k + 1]
        }
      }
      Self.transform(target, length, roots.address)
    }
  }

  /// Numbers of scratch memory that `run` needs.
  var scratchCount: Int { chirp == nil ? 0 : 2 * size }

  /// Transforms in place; the inverse is divided by `count`.
  func run(_ x: UnsafeMutablePointer<Double>, inverse: Bool, scratch: UnsafeMutablePointer<Double>) {
    if inverse { conjugate(x) }
    if let chirp = chirp?.address, let kernel = chirpTransform?.address {
      for index in 0..<2 * size { scratch[index] = 0 }
      for k in 0..<count { Self.multiply(scratch + 2 * k, x + 2 * k, chirp + 2 * k) }
      Self.transform(scratch, size, roots.address)
      for k in 0..<size {
        Self.multiply(scratch + 2 * k, scratch + 2 * k, kernel + 2 * k)
        scratch[2 * k + 1] = -scratch[2 * k + 1]
      }
      Self.transform(scratch, size, roots.address)
      let factor: Double = 1 / Double(size)
      for k in 0..<count {
        scratch[2 * k] *= factor
        scratch[2 * k + 1] *= -factor
        Self.multiply(x + 2 * k, scratch + 2 * k, chirp + 2 * k)
      }
    } else {
      Self.transform(x, size, roots.address)
    }
    guard inverse else { return }
    conjugate(x)
    let factor: Double = 1 / Double(count)
    for index in 0..<2 * count { x[index] *= factor }
  }

  private func conjugate(_ x: UnsafeMutablePointer<Double>) {
    for k in 0..<count { x[2 * k + 1] = -x[2 * k + 1] }
  }

  private static func multiply(
    _ out: UnsafeMutablePointer<Double>, _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>
  ) {
    let real: Double = a[0] * b[0] - a[1] * b[1]
    let imaginary: Double = a[0] * b[1] + a[1] * b[0]
    out[0] = real
    out[1] = imaginary
  }

  /// The transform of a power of two, in place.
  private static func transform(_ x: UnsafeMutablePointer<Double>, _ n: Int, _ roots: UnsafePointer<Double>) {
    var reversed: Int = 0
    for index in 1..<max(n, 1) {
      var bit: Int = n >> 1
      while reversed & bit != 0 {
        reversed ^= bit
        bit >>= 1
      }
      reversed |= bit
      guard index < reversed else { continue }
      for part in 0..<2 {
        let kept: Double = x[2 * index + part]
        x[2 * index + part] = x[2 * reversed + part]
        x[2 * reversed + part] = kept
      }
    }
    var half: Int = 1
    while half < n {
      let step: Int = n / (2 * half)
      for start in stride(from: 0, to: n, by: 2 * half) {
        for k in 0..<half {
          let (low, high): (Int, Int) = (2 * (start + k), 2 * (start + k + half))
          let root = roots + 2 * k * step
          let real: Double = x[high] * root[0] - x[high + 1] * root[1]
          let imaginary: Double = x[high] * root[1] + x[high + 1] * root[0]
          x[high] = x[low] - real
          x[high + 1] = x[low + 1] - imaginary
          x[low] += real
          x[low + 1] += imaginary
        }
      }
      half *= 2
    }
  }
}
