package import Tensors

/// A constant with factors that are yet to be multiplied in, or with new values in double precision: what
/// folding makes of a weight, so that however often it is folded, it is rounded once.
package struct FoldableConstant: Sendable {
  /// Factors for a view of the elements: `factors` broadcast over `view`, whose count is the tensor's.
  package struct Factors: Sendable {
    package let view: Shape
    package let shape: Shape
    package let values: [Double]

    package init(view: Shape, shape: Shape, values: [Double]) {
      self.view = view
      self.shape = shape
      self.values = values
    }
  }

  /// One step of what is to be done with the elements.
  private enum Change: Sendable {
    case scaled(Factors)
    /// The mean along the axis is subtracted.
    case centered(axis: Int)
  }

  /// The elements as they are stored, of the type that the result will have.
  package let tensor: Tensor
  private var changes: [Change] = []
  /// The elements in double precision where they are made of more than the stored ones; `changes` come after.
  private var exact: [Double]?

  package init(_ tensor: Tensor) { self.tensor = tensor }

  /// New elements of the given type, not yet rounded.
  package init(exact values: [Double], elementType: ElementType, shape: Shape) {
    tensor = Tensor(
      elementType, shape, storage: Storage(byteCount: elementType.byteCount(of: shape.count) ?? 0))
    exact = values
  }

  package var shape: Shape { tensor.shape }
  package var elementType: ElementType { tensor.elementType }
  package var isPending: Bool { exact != nil || !changes.isEmpty }

  /// The elements in double precision, all factors multiplied in; nil for types other than 16, 32 and
  /// 64 bit floats.
  package var doubles: [Double]? {
    guard var values = exact ?? tensor.floatingElements else { return nil }
    for change in changes {
      switch change {
      case .scaled(let factors): Self.multiply(&values, by: factors)
      case .centered(let axis): Self.center(&values, shape, axis: axis)
      }
    }
    return values
  }

  /// The constant with `factors` multiplied in as well; nil where a result would be no finite number of the
  /// element type.
  package func scaled(by factors: Factors) -> FoldableConstant? { appending(.scaled(factors)) }

  /// The constant with its mean along `axis` subtracted; nil where it has no such axis.
  package func centered(along axis: Int) -> FoldableConstant? {
    axis >= 0 && axis < shape.rank ? appending(.centered(axis: axis)) : nil
  }

  private func appending(_ change: Change) -> FoldableConstant? {
    var result: FoldableConstant = self
    result.changes.append(change)
    guard let values = result.doubles, values.allSatisfy({ fits($0) }) else { return nil }
    // Small constants are kept as they come out; large ones are done over when they are rounded.
    if values.count <= 1 << 14 {
      result.exact = values
      result.changes = []
    }
    return result
  }

  private static func center(_ values: inout [Double], _ shape: Shape, axis: Int) {
    let extent: Int = shape[axis]
    guard extent > 0 else { return }
    let inner: Int = shape.extents[(axis + 1)...].reduce(1, *)
    let outer: Int = values.count / (extent * inner)
    for block in 0..<outer {
      for offset in 0..<inner {
        let start: Int = block * extent * inner + offset
        var sum: Double = 0
        for index in 0..<extent { sum += values[start + index * inner] }
        let mean: Double = sum / Double(extent)
        for index in 0..<extent { values[start + index * inner] -= mean }
      }
    }
  }

  /// The constant with other elements.
  package func replaced(by values: [Double], shape: Shape? = nil) -> FoldableConstant? {
    guard values.allSatisfy({ fits($0) }) else { return nil }
    return FoldableConstant(exact: values, elementType: elementType, shape: shape ?? self.shape)
  }

  private func fits(_ value: Double) -> Bool {
    switch elementType {
    case .float16: abs(value) < 65520
    case .float32, .bfloat16: abs(value) < 0x1.ffffffp127
    default: value.isFinite
    }
  }

  private static func multiply(_ values: inout [Double], by factors: Factors) {
    let rank: Int = factors.view.rank
    let viewStrides: [Int] = factors.view.strides
    var strides: [Int] = factors.shape.strides
    for axis in 0..<rank where factors.shape[axis] == 1 { strides[axis] = 0 }
    // Runs over which the factor is the same are one loop.
    var run: Int = 1
    var outer: Int = rank
    while outer > 0, factors.shape[outer - 1] == 1 {
      outer -= 1
      run *= factors.view[outer]
    }
    values.withUnsafeMutableBufferPointer { values in
      var start: Int = 0
      while start < values.count {
        var index: Int = 0
        for axis in 0..<outer { index += start / viewStrides[axis] % factors.view[axis] * strides[axis] }
        let factor: Double = factors.values[index]
        for offset in start..<start + run { values[offset] *= factor }
        start += run
      }
    }
  }

  /// The constant rounded to its type, once.
  package var rounded: Tensor {
    guard isPending, let values = doubles else { return tensor }
    return Tensor(rounding: values, to: elementType, shape)
  }
}

extension Tensor {
  /// The elements of a 16, 32 or 64 bit float tensor in double precision; nil for other types.
  package var floatingElements: [Double]? {
    switch elementType {
    case .float64: elements(Double.self)
    case .float32: withElements(of: Float.self) { $0.map(Double.init) }
    case .float16: withElements(of: Half.self) { $0.map { Double($0.float) } }
    case .bfloat16: withElements(of: BFloat16.self) { $0.map { Double($0.float) } }
    default: nil
    }
  }

  /// Elements rounded to nearest even once; numbers that would be subnormal become zero, but for float16,
  /// whose subnormals are no slower and hold small weights.
  package init(rounding values: [Double], to elementType: ElementType, _ shape: Shape) {
    func normal(_ value: Double, _ least: Double) -> Double { abs(value) < least ? 0 : value }
    switch elementType {
    case .float16: self.init(values.map { Half($0) }, shape)
    case .bfloat16:
      self.init(values.map { BFloat16(bits: BFloat16.bits(roundingOnce: normal($0, 0x1p-126))) }, shape)
    case .float32: self.init(values.map { Float(normal($0, 0x1p-126)) }, shape)
    default: self.init(values.map { normal($0, .leastNormalMagnitude) }, shape)
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
