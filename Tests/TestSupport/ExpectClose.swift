package import Tensors
package import Testing

/// Expects `actual` to have the shape and, element for element, nearly the values of `expected`: NaN where
/// NaN is expected, equal infinities, and elsewhere an error of at most `steps` units of float32 rounding
/// at the expected value, or at `scale` if that is larger (the size of what was summed up).
package func expectClose(
  _ actual: Tensor, _ expected: [Double], shape: Shape? = nil, steps: Double = 4, scale: Double = 0,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  if let shape { #expect(actual.shape == shape, sourceLocation: sourceLocation) }
  let values: [Double] = actual.doubles
  guard values.count == expected.count else {
    Issue.record("expected \(expected.count) elements, found \(values.count)", sourceLocation: sourceLocation)
    return
  }
  let epsilon: Double =
    switch actual.elementType {
    case .float64: Double.ulpOfOne
    case .float16: 0x1p-10
    case .bfloat16: 0x1p-7
    default: Double(Float.ulpOfOne)
    }
  for index in expected.indices {
    let (value, target) = (values[index], expected[index])
    if value.isNaN && target.isNaN || value == target { continue }
    let tolerance: Double = steps * epsilon * max(abs(target), scale)
    if !(abs(value - target) <= tolerance) {
      Issue.record(
        "element \(index): expected \(target), found \(value), tolerance \(tolerance)",
        sourceLocation: sourceLocation)
      return
    }
  }
}

extension Tensor {
  /// The elements of a tensor of real numbers or bools as doubles.
  package var doubles: [Double] {
    switch elementType {
    case .float32: elements(Float.self).map(Double.init)
    case .float64: elements(Double.self)
    case .float16: elements(Half.self).map { Double($0.float) }
    case .bfloat16: elements(BFloat16.self).map { Double($0.float) }
    case .int8: elements(Int8.self).map(Double.init)
    case .int16: elements(Int16.self).map(Double.init)
    case .int32: elements(Int32.self).map(Double.init)
    case .int64: elements(Int64.self).map(Double.init)
    case .uint8: elements(UInt8.self).map(Double.init)
    case .uint16: elements(UInt16.self).map(Double.init)
    case .uint32: elements(UInt32.self).map(Double.init)
    case .uint64: elements(UInt64.self).map(Double.init)
    case .bool: elements(UInt8.self, unchecked: ()).map(Double.init)
    default: []
    }
  }

  private func elements(_ type: UInt8.Type, unchecked: Void) -> [UInt8] {
    (0..<count).map { base.load(fromByteOffset: $0, as: UInt8.self) }
  }
}
