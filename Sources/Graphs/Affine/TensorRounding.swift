package import Tensors

/// Conversion of floating-point elements to double precision and back, rounded to nearest even once.
extension Tensor {
  /// Whether the elements are 16, 32 or 64 bit floats.
  package var isConvertible: Bool {
    switch elementType {
    case .float64, .float32, .float16, .bfloat16: true
    default: false
    }
  }

  /// The elements of a 16, 32 or 64 bit float tensor in double precision; nil for other types.
  package var floatingElements: [Double]? {
    guard isConvertible else { return nil }
    return [Double](unsafeUninitializedCapacity: count) { buffer, initialized in
      convert(from: 0, to: buffer)
      initialized = count
    }
  }

  /// Initializes `block` with the elements from `start` on; for types that are floating point.
  func convert(from start: Int, to block: UnsafeMutableBufferPointer<Double>) {
    switch elementType {
    case .float64: convert(Double.self, start, block) { $0 }
    case .float32: convert(Float.self, start, block) { Double($0) }
    case .float16: convert(Half.self, start, block) { Double($0.float) }
    default: convert(BFloat16.self, start, block) { Double($0.float) }
    }
  }

  @inline(__always)
  private func convert<Element: TensorElement>(
    _ type: Element.Type, _ start: Int, _ block: UnsafeMutableBufferPointer<Double>,
    _ widen: (Element) -> Double
  ) {
    let stride: Int = MemoryLayout<Element>.stride
    guard isBetterCopied else {
      Self.convert(type, base + start * stride, block, widen)
      return
    }
    withUnsafeTemporaryAllocation(byteCount: block.count * stride, alignment: 64) { copy in
      guard let target = copy.baseAddress else { return }
      read(start * stride..<(start + block.count) * stride, into: target)
      Self.convert(type, UnsafeRawPointer(target), block, widen)
    }
  }

  @inline(__always)
  private static func convert<Element: TensorElement>(
    _ type: Element.Type, _ from: UnsafeRawPointer, _ block: UnsafeMutableBufferPointer<Double>,
    _ widen: (Element) -> Double
  ) {
    guard let to = block.baseAddress else { return }
    // A slice of a file need not be aligned.
    for index in 0..<block.count {
      let element: Element = from.loadUnaligned(
        fromByteOffset: index &* MemoryLayout<Element>.stride, as: type)
      to[index] = widen(element)
    }
  }

  /// Elements rounded to nearest even once; numbers that would be subnormal become zero, but for float16,
  /// whose subnormals are no slower and hold small weights.
  package init(rounding values: [Double], to elementType: ElementType, _ shape: Shape) {
    self.init(elementType, shape) { bytes in
      values.withUnsafeBufferPointer { Self.round($0, into: bytes, at: 0, elementType) }
    }
  }

  /// The same for the elements from `start` on of the tensor whose bytes are `bytes`.
  static func round(
    _ values: UnsafeBufferPointer<Double>, into bytes: UnsafeMutableRawBufferPointer, at start: Int,
    _ elementType: ElementType
  ) {
    func normal(_ value: Double, _ least: Double) -> Double { abs(value) < least ? 0 : value }
    switch elementType {
    case .float16: store(values, bytes, start) { Half($0) }
    case .bfloat16:
      store(values, bytes, start) { BFloat16(bits: BFloat16.bits(roundingOnce: normal($0, 0x1p-126))) }
    case .float32: store(values, bytes, start) { Float(normal($0, 0x1p-126)) }
    default: store(values, bytes, start) { normal($0, .leastNormalMagnitude) }
    }
  }

  @inline(__always)
  private static func store<Element: BitwiseCopyable>(
    _ values: UnsafeBufferPointer<Double>, _ bytes: UnsafeMutableRawBufferPointer, _ start: Int,
    _ narrow: (Double) -> Element
  ) {
    guard let base = bytes.baseAddress, let from = values.baseAddress else { return }
    let stride: Int = MemoryLayout<Element>.stride
    let to: UnsafeMutableRawPointer = base + start * stride
    for index in 0..<values.count {
      to.storeBytes(of: narrow(from[index]), toByteOffset: index &* stride, as: Element.self)
    }
  }
}

extension BFloat16 {
  /// The bits of the nearest bfloat16 number, rounded once.
  fileprivate static func bits(roundingOnce value: Double) -> UInt16 {
    let single = Float(value)
    let exact = Double(single)
    guard exact != value, single.isFinite, single.bitPattern & 1 == 0 else { return BFloat16(single).bits }
    // The first rounding must not make a tie of the second: an odd last bit stands for the rest.
    let odd: UInt32 = abs(exact) < abs(value) ? single.bitPattern | 1 : single.bitPattern - 1
    return BFloat16(Float(bitPattern: odd)).bits
  }
}
