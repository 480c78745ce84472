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
  }

  /// The elements as they are stored, of the type that the result will have.
  package let tensor: Tensor
  private var changes: [Change] = []
  /// The elements in double precision where they are made of more than the stored ones; `changes` come after.
  private var exact: [Double]?
  /// No element is larger in magnitude; nil while that is not known.
  private var bound: Double?

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
    let count: Int = shape.count
    guard count > 0, isConvertible else { return }
    let length: Int = min(count, max(unit, Self.blockLength / unit * unit))
    withUnsafeTemporaryAllocation(of: Double.self, capacity: length) { block in
      guard let base = block.baseAddress else { return }
      var start: Int = 0
      while start < count {
        let part = UnsafeMutableBufferPointer(start: base, count: min(length, count - start))
        if let exact {
          for offset in part.indices { part.initializeElement(at: offset, to: exact[start + offset]) }
        } else if let quantized {
          quantized.dequantize(from: start, to: part)
        } else {
          tensor.convert(from: start, to: part)
        }
        for change in changes {
          switch change {
          case .scaled(let factors): factors.forEachRun(start, part) { $0 *= $1 }
          case .lowered(let terms): terms.forEachRun(start, part) { $0 -= $1 }
          }
        }
        body(start, UnsafeBufferPointer(part))
        start += length
      }
    }
  }

  /// Elements that are worked on at a time: 64 KB, which stay in the cache.
  private static let blockLength: Int = 8192

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
    let terms: Factors = means(along: axis)
    return appending(.lowered(BroadcastRuns(terms)), bound: 2 * magnitude)
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
    if shape.count <= 1 << 14, let values = result.doubles {
      result.exact = values
      result.changes = []
    }
    return result
  }

  /// The largest magnitude that the elements may have; infinite where one is no number.
  private var magnitude: Double { bound ?? largestMagnitude }

  private var largestMagnitude: Double {
    var largest: Double = 0
    forEachBlock(multipleOf: 1) { _, block in
      for value in block where !(abs(value) <= largest) { largest = value.isNaN ? .infinity : abs(value) }
    }
    return largest
  }

  private func means(along axis: Int) -> Factors {
    let extent: Int = shape[axis]
    let inner: Int = shape.extents[(axis + 1)...].reduce(1, *)
    var sums = [Double](repeating: 0, count: shape.count / extent)
    forEachBlock(multipleOf: inner) { start, block in
      for row in 0..<block.count / inner {
        let into: Int = (start / inner + row) / extent * inner
        for offset in 0..<inner { sums[into + offset] += block[row * inner + offset] }
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

  /// The constant rounded to its type, once.
  package var rounded: Tensor {
    guard isPending, isConvertible else { return tensor }
    let result = Tensor(elementType, shape) { bytes in
      forEachBlock(multipleOf: 1) { start, block in
        Tensor.round(block, into: bytes, at: start, elementType)
      }
    }
    tensor.giveBackMemory()
    return result
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
