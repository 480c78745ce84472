package import Tensors

/// A constant kept as integer codes: element i along `axis` is `(code - zeroPoint[i]) * scale[i]`, with one
/// scale for all where `axis` is nil.
///
/// A scale of it changes the scales and keeps the codes: one scale becomes one for each index where the new
/// factors differ, a negative factor negates the codes about a zero point of 0 where none is the least of its
/// type, and a factor of 0 makes the codes the zero point. Refused: factors along another axis than that of
/// the scales, and scales that would be subnormal or infinite.
package struct QuantizedConstant: Sendable {
  package let codes: Tensor
  package let axis: Int?
  package let scales: [Double]
  package let zeroPoints: [Int]
  package let scaleType: ElementType
  package let elementType: ElementType

  /// nil for codes of another type than int8, uint8, int16, uint16 or int32.
  package init?(
    codes: Tensor, axis: Int?, scales: [Double], zeroPoints: [Int], scaleType: ElementType,
    elementType: ElementType
  ) {
    guard Self.range(of: codes.elementType) != nil, scales.count == zeroPoints.count,
      axis.map({ codes.shape.rank > $0 && codes.shape[$0] == scales.count }) ?? (scales.count == 1)
    else { return nil }
    self.codes = codes
    self.axis = axis
    self.scales = scales
    self.zeroPoints = zeroPoints
    self.scaleType = scaleType
    self.elementType = elementType
  }

  /// Initializes `block` with the elements from `start` on.
  func dequantize(from start: Int, to block: UnsafeMutableBufferPointer<Double>) {
    let (length, inner): (Int, Int) = layout
    for offset in block.indices {
      let index: Int = (start + offset) / inner % length
      block.initializeElement(
        at: offset, to: Double(codes.code(start + offset) - zeroPoints[index]) * scales[index])
    }
  }

  func scaled(by factors: FoldableConstant.Factors) -> QuantizedConstant? {
    guard let (axis, values) = along(factors) else { return nil }
    var scales: [Double] = self.scales
    var zeroPoints: [Int] = self.zeroPoints
    if let axis, self.axis == nil {
      scales = Array(repeating: scales[0], count: codes.shape[axis])
      zeroPoints = Array(repeating: zeroPoints[0], count: scales.count)
    }
    let newAxis: Int? = self.axis ?? axis
    let wide: [Double] = axis == nil ? Array(repeating: values[0], count: scales.count) : values
    for (index, factor) in wide.enumerated() where factor != 0 {
      scales[index] *= abs(factor)
      guard Self.holds(scales[index], scaleType) else { return nil }
    }
    guard let codes = codes(by: wide, axis: newAxis, zeroPoints) else { return nil }
    return QuantizedConstant(
      codes: codes, axis: newAxis, scales: scales, zeroPoints: zeroPoints, scaleType: scaleType,
      elementType: elementType)
  }

  /// The factors as numbers along one axis (nil: one number for all), where they are that.
  private func along(_ factors: FoldableConstant.Factors) -> (axis: Int?, values: [Double])? {
    guard let first = factors.values.first else { return nil }
    if factors.values.allSatisfy({ $0 == first }) { return (nil, [first]) }
    let shape: Shape = codes.shape
    let varying: [Int] = factors.shape.extents.indices.filter { factors.shape[$0] != 1 }
    if factors.view == shape, varying.count == 1 {
      return axis == nil || axis == varying[0] ? (varying[0], factors.values) : nil
    }
    var all = [Double](repeating: 1, count: shape.count)
    let runs = BroadcastRuns(factors)
    all.withUnsafeMutableBufferPointer { runs.forEachRun(0, $0) { $0 *= $1 } }
    for candidate in 0..<shape.rank where axis == nil || axis == candidate {
      let inner: Int = shape.extents[(candidate + 1)...].reduce(1, *)
      let picked: [Double] = (0..<shape[candidate]).map { all[$0 * inner] }
      if all.indices.allSatisfy({ all[$0] == picked[$0 / inner % picked.count] }) {
        return (candidate, picked)
      }
    }
    return nil
  }

  private func codes(by factors: [Double], axis: Int?, _ zeroPoints: [Int]) -> Tensor? {
    if factors.allSatisfy({ $0 > 0 }) { return codes }
    guard let range = Self.range(of: codes.elementType) else { return nil }
    for (index, factor) in factors.enumerated() where factor < 0 {
      guard range.lowerBound < 0, zeroPoints[index] == 0 else { return nil }
    }
    let inner: Int = axis.map { codes.shape.extents[($0 + 1)...].reduce(1, *) } ?? max(codes.count, 1)
    var changed: [Int] = []
    changed.reserveCapacity(codes.count)
    for position in 0..<codes.count {
      let index: Int = position / inner % factors.count
      let code: Int = codes.code(position)
      if factors[index] < 0, code == range.lowerBound { return nil }
      changed.append(factors[index] == 0 ? zeroPoints[index] : factors[index] < 0 ? -code : code)
    }
    return Tensor(codes: changed, codes.elementType, codes.shape)
  }

  /// The extent of the axis of the scales and the elements for each index along it.
  private var layout: (length: Int, inner: Int) {
    guard let axis else { return (1, max(codes.count, 1)) }
    return (scales.count, codes.shape.extents[(axis + 1)...].reduce(1, *))
  }

  private static func holds(_ scale: Double, _ type: ElementType) -> Bool {
    switch type {
    case .float32, .bfloat16: scale >= 0x1p-126 && scale < 0x1p127
    case .float16: scale >= 0x1p-14 && scale < 65504
    default: false
    }
  }

  private static func range(of type: ElementType) -> ClosedRange<Int>? {
    switch type {
    case .int8: -128...127
    case .uint8: 0...255
    case .int16: -32768...32767
    case .uint16: 0...65535
    case .int32: Int(Int32.min)...Int(Int32.max)
    default: nil
    }
  }
}

/// An operator that makes a constant of integer codes, scales and zero points that are constants.
package protocol ConstantDequantizer: Operator {
  /// What it makes of its inputs; nil where that is not known, or the form is another.
  func quantizedConstant(_ node: AffineNode) -> QuantizedConstant?
  /// The operator and its inputs for another constant; the zero points are left out where they are 0 and
  /// `hasZeroPoint` is false.
  func dequantizing(_ constant: QuantizedConstant, hasZeroPoint: Bool) -> (
    op: any Operator, scale: FoldableConstant, zeroPoint: Tensor?
  )
}

extension Tensor {
  /// Element `index` of an integer tensor of 8, 16 or 32 bits.
  package func code(_ index: Int) -> Int {
    switch elementType {
    case .int8: Int(base.loadUnaligned(fromByteOffset: index, as: Int8.self))
    case .uint8: Int(base.loadUnaligned(fromByteOffset: index, as: UInt8.self))
    case .int16: Int(base.loadUnaligned(fromByteOffset: 2 * index, as: Int16.self))
    case .uint16: Int(base.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self))
    default: Int(base.loadUnaligned(fromByteOffset: 4 * index, as: Int32.self))
    }
  }

  /// Integers of 8, 16 or 32 bits, which lie in the type's range.
  package init(codes: [Int], _ type: ElementType, _ shape: Shape) {
    switch type {
    case .int8: self.init(codes.map { Int8(truncatingIfNeeded: $0) }, shape)
    case .uint8: self.init(codes.map { UInt8(truncatingIfNeeded: $0) }, shape)
    case .int16: self.init(codes.map { Int16(truncatingIfNeeded: $0) }, shape)
    case .uint16: self.init(codes.map { UInt16(truncatingIfNeeded: $0) }, shape)
    default: self.init(codes.map { Int32(truncatingIfNeeded: $0) }, shape)
    }
  }
}
