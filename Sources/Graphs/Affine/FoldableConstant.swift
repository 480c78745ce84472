package import Tensors

/// A constant with changes that are yet to be made to its elements, or with new elements in double precision:
/// what folding makes of a weight, so that however often it is folded, it is rounded once.
///
/// Changes are collected, not made: an attempt to fold that comes to nothing costs little, and large weights
/// are converted, changed and rounded block by block.
package struct FoldableConstant: Sendable {
  /// Numbers for a view of the elements: `values` of shape `shape` broadcast over `view`, whose count is the
  /// constant's.
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
    case scaled(BroadcastRuns)
    /// Something is subtracted.
    case lowered(BroadcastRuns)
    /// Each run of so many neighbours loses its mean.
    case centered(Int)
  }

  /// The elements as they are stored, of the type that the result will have.
  package let tensor: Tensor
  private var changes: [Change] = []
  /// The elements in double precision where they are made of more than the stored ones; `changes` come after.
  private var exact: [Double]?
  /// No element is larger in magnitude; nil while that is not known.
  private var bound: Double?
  /// Changes are made to multiples of so many elements.
  private var unit: Int = 1

  /// The constant as integer codes, where it is kept as those; `tensor` has the codes then.
  package let quantized: QuantizedConstant?

  package init(_ tensor: Tensor) {
    self.tensor = tensor
    quantized = nil
  }

  package init(_ quantized: QuantizedConstant) {
    tensor = quantized.codes
    self.quantized = quantized
  }

  /// New elements of the given type, not yet rounded.
  package init(exact values: [Double], elementType: ElementType, shape: Shape) {
    tensor = Tensor(
      elementType, shape, storage: Storage(byteCount: elementType.byteCount(of: shape.count) ?? 0))
    exact = values
    quantized = nil
  }

  package var shape: Shape { tensor.shape }
  package var elementType: ElementType { quantized?.elementType ?? tensor.elementType }
  package var isPending: Bool { exact != nil || !changes.isEmpty }

  /// The elements in double precision, all changes made; nil for types other than 16, 32 and 64 bit floats.
  package var doubles: [Double]? {
    guard isConvertible else { return nil }
    return [Double](unsafeUninitializedCapacity: shape.count) { buffer, count in
      forEachBlock(multipleOf: 1) { start, block in
        guard let to = buffer.baseAddress, let from = block.baseAddress else { return }
        (to + start).initialize(from: from, count: block.count)
      }
      count = shape.count
    }
  }

  /// Calls `body` with the elements, all changes made, block by block in order: the index of the first, and
  /// a multiple of `unit` elements, which divides the count. For types that `doubles` knows.
  package func forEachBlock(multipleOf unit: Int, _ body: (Int, UnsafeBufferPointer<Double>) -> Void) {
    forEachBlock(of: 0..<shape.count, multipleOf: unit, body)
  }

  /// The same for elements that include those of `range`: from and to a multiple of `unit`.
  func forEachBlock(
    of range: Range<Int>, multipleOf unit: Int, _ body: (Int, UnsafeBufferPointer<Double>) -> Void
  ) {
    guard !range.isEmpty, isConvertible else { return }
    let whole: Int = Self.commonMultiple(unit, self.unit)
    var start: Int = range.lowerBound / whole * whole
    let end: Int = (range.upperBound + whole - 1) / whole * whole
    let length: Int = min(end - start, max(whole, Self.blockLength / whole * whole))
    withUnsafeTemporaryAllocation(of: Double.self, capacity: length) { block in
      guard let base = block.baseAddress else { return }
      while start < end {
        let part = UnsafeMutableBufferPointer(start: base, count: min(length, end - start))
        fill(part, from: start)
        body(start, UnsafeBufferPointer(part))
        start += length
      }
    }
  }

  /// Initializes `block` with the elements from `start` on, all changes made.
  private func fill(_ block: UnsafeMutableBufferPointer<Double>, from start: Int) {
    if let exact {
      exact.withUnsafeBufferPointer { exact in
        guard let from = exact.baseAddress, let to = block.baseAddress else { return }
        to.initialize(from: from + start, count: block.count)
      }
    } else if let quantized {
      quantized.dequantize(from: start, to: block)
    } else {
      tensor.convert(from: start, to: block)
    }
    for change in changes {
      switch change {
      case .scaled(let factors): factors.forEachRun(start, block) { $0 *= $1 }
      case .lowered(let terms): terms.forEachRun(start, block) { $0 -= $1 }
      case .centered(let length): block.center(length)
      }
    }
  }

  private static func commonMultiple(_ a: Int, _ b: Int) -> Int {
    var (x, y): (Int, Int) = (a, b)
    while y != 0 { (x, y) = (y, x % y) }
    return a / x * b
  }

  /// Elements that are worked on at a time: 64 KB, which stay in the cache.
  private static let blockLength: Int = 8192

  /// Constants of so many elements are kept in double precision.
  private static let exactCount: Int = 1 << 14

  /// Whether the elements are 16, 32 or 64 bit floats.
  package var isConvertible: Bool { exact != nil || quantized != nil || tensor.isConvertible }

  /// The constant with `factors` multiplied in as well; nil where a result would be no finite number of the
  /// element type.
  package func scaled(by factors: Factors) -> FoldableConstant? {
    guard factors.values.allSatisfy(\.isFinite) else { return nil }
    if let quantized { return quantized.scaled(by: factors).map { FoldableConstant($0) } }
    let largest: Double = factors.values.reduce(0) { max($0, abs($1)) }
    return appending(.scaled(BroadcastRuns(factors)), bound: magnitude * largest)
  }

  /// The constant with its mean along `axis` subtracted; nil where it has no such axis.
  package func centered(along axis: Int) -> FoldableConstant? {
    guard axis >= 0, axis < shape.rank, isConvertible, quantized == nil else { return nil }
    guard shape.count > 0 else { return self }
    if let result = centeredRows(along: axis) { return result }
    let terms: Factors = means(along: axis)
    return appending(.lowered(BroadcastRuns(terms)), bound: 2 * magnitude)
  }

  /// The constant centered along its last axis, where no mean needs to be known ahead: in types whose numbers
  /// have no finite variance any more where a difference of two might be too large.
  private func centeredRows(along axis: Int) -> FoldableConstant? {
    let length: Int = shape[axis]
    let isLast: Bool = shape.extents[(axis + 1)...].allSatisfy { $0 == 1 }
    guard isLast, exact == nil, elementType == .float32 || elementType == .bfloat16,
      shape.count > Self.exactCount, Self.commonMultiple(unit, length) <= Self.blockLength
    else { return nil }
    var result: FoldableConstant = self
    result.changes.append(.centered(length))
    result.unit = Self.commonMultiple(unit, length)
    result.bound = bound.map { 2 * $0 }
    return result
  }

  private func appending(_ change: Change, bound: Double) -> FoldableConstant? {
    guard isConvertible else { return nil }
    var result: FoldableConstant = self
    result.changes.append(change)
    result.bound = bound
    if !fits(bound) {
      // The bound is coarse: the elements themselves decide.
      result.bound = result.largestMagnitude
      guard fits(result.magnitude) else { return nil }
    }
    // Small constants are kept as they come out; large ones are done when they are rounded.
    if shape.count <= Self.exactCount, let values = result.doubles {
      result.exact = values
      result.changes = []
      result.unit = 1
    }
    return result
  }

  /// The largest magnitude that the elements may have; infinite where one is no number.
  private var magnitude: Double { bound ?? largestMagnitude }

  private var largestMagnitude: Double {
    if !isPending, quantized == nil, let largest = tensor.largestMagnitude { return largest }
    var largest: Double = 0
    forEachBlock(multipleOf: 1) { _, block in largest = max(largest, block.largestMagnitude) }
    return largest
  }

  private func means(along axis: Int) -> Factors {
    let extent: Int = shape[axis]
    let inner: Int = shape.extents[(axis + 1)...].reduce(1, *)
    let sums = [Double](unsafeUninitializedCapacity: shape.count / extent) { sums, count in
      sums.initialize(repeating: 0)
      count = sums.count
      forEachBlock(multipleOf: inner) { start, block in
        for row in 0..<block.count / inner {
          let part = UnsafeBufferPointer(rebasing: block[row * inner..<(row + 1) * inner])
          part.add(to: sums, at: (start / inner + row) / extent * inner)
        }
      }
    }
    var extents: [Int] = shape.extents
    extents[axis] = 1
    return Factors(view: shape, shape: Shape(extents), values: sums.map { $0 / Double(extent) })
  }

  /// The constant with other elements.
  package func replaced(by values: [Double], shape: Shape? = nil) -> FoldableConstant? {
    guard values.allSatisfy({ fits($0) }) else { return nil }
    return FoldableConstant(exact: values, elementType: elementType, shape: shape ?? self.shape)
  }

  /// The sums of the elements of both, which have one shape; nil where a result doesn't fit the type.
  package func sum(with other: FoldableConstant) -> FoldableConstant? {
    guard shape == other.shape, let left = doubles, let right = other.doubles else { return nil }
    return replaced(by: zip(left, right).map { $0 + $1 })
  }

  private func fits(_ value: Double) -> Bool {
    switch elementType {
    case .float16: abs(value) < 65520
    case .float32, .bfloat16: abs(value) < 0x1.ffffffp127
    default: value.isFinite
    }
  }

  /// The constant rounded to its type, once. The elements of a large one are computed when they are needed.
  package var rounded: Tensor {
    guard isPending, isConvertible else { return tensor }
    let bytes: Int = elementType.byteCount(of: shape.count) ?? 0
    if exact == nil, bytes >= Self.deferredBytes {
      return Tensor(elementType, shape, storage: Storage(byteCount: bytes, deferring: FoldedElements(self)))
    }
    return Tensor(elementType, shape) { round(0..<shape.count, into: $0) }
  }

  /// Constants from this size on are not computed ahead.
  private static let deferredBytes: Int = 1 << 17

  /// Rounds the elements `range` into `bytes`.
  func round(_ range: Range<Int>, into bytes: UnsafeMutableRawBufferPointer) {
    forEachBlock(of: range, multipleOf: 1) { start, block in
      let part: Range<Int> = range.clamped(to: start..<start + block.count)
      let values = UnsafeBufferPointer(rebasing: block[part.lowerBound - start..<part.upperBound - start])
      Tensor.round(values, into: bytes, at: part.lowerBound - range.lowerBound, elementType)
    }
  }

  /// How far `tensor`, the constant rounded, is from it.
  package func error(of tensor: Tensor) -> FoldingError {
    var error = FoldingError()
    guard tensor.shape == shape, tensor.isConvertible else { return error }
    let spacing = FloatSpacing(tensor.elementType)
    withUnsafeTemporaryAllocation(of: Double.self, capacity: max(Self.blockLength, 1)) { scratch in
      forEachBlock(multipleOf: 1) { start, block in
        let found = UnsafeMutableBufferPointer(rebasing: scratch[..<block.count])
        tensor.convert(from: start, to: found)
        for index in block.indices { error.add(exact: block[index], rounded: found[index], spacing) }
      }
    }
    return error
  }
}

/// The bytes of a folded constant, rounded to its type.
private struct FoldedElements: DeferredContent {
  private let constant: FoldableConstant

  init(_ constant: FoldableConstant) { self.constant = constant }

  func write(_ range: Range<Int>, to target: UnsafeMutableRawPointer) {
    let width: Int = constant.elementType.byteWidth
    constant.round(
      range.lowerBound / width..<range.upperBound / width,
      into: UnsafeMutableRawBufferPointer(start: target, count: range.count))
  }
}
