internal import Graphs
internal import Tensors

/// Something that is made for a Swift type: how an element type, known when planning, becomes code that is
/// specialised for it.
protocol ElementVisitor {
  associatedtype Result
  func visit<Element: ScalarElement>(_ type: Element.Type) -> Result
}

extension ElementType {
  /// What `visitor` makes for this type; nil where it is neither a number of 8 to 64 bits nor bool.
  @inline(__always)
  func visit<Visitor: ElementVisitor>(_ visitor: Visitor) -> Visitor.Result? {
    switch self {
    case .float32: visitor.visit(Float.self)
    case .float64: visitor.visit(Double.self)
    case .float16: visitor.visit(Half.self)
    case .bfloat16: visitor.visit(BFloat16.self)
    case .int8: visitor.visit(Int8.self)
    case .int16: visitor.visit(Int16.self)
    case .int32: visitor.visit(Int32.self)
    case .int64: visitor.visit(Int64.self)
    case .uint8: visitor.visit(UInt8.self)
    case .uint16: visitor.visit(UInt16.self)
    case .uint32: visitor.visit(UInt32.self)
    case .uint64: visitor.visit(UInt64.self)
    case .bool: visitor.visit(Bool.self)
    default: nil
    }
  }

  /// Reads elements of this type as integers (see `ScalarElement.asInt`).
  var integerReader: (@Sendable (_ base: UnsafeRawPointer, _ index: Int) -> Int)? {
    visit(IntegerReader())
  }
}

private struct IntegerReader: ElementVisitor {
  func visit<Element: ScalarElement>(_ type: Element.Type) -> @Sendable (UnsafeRawPointer, Int) -> Int {
    { base, index in base.assumingMemoryBound(to: Element.self)[index].asInt }
  }
}

extension Tensor {
  /// The elements of a tensor of numbers as integers, rounded toward zero; nil for other types.
  var roundedIntegers: [Int]? {
    guard let read = elementType.integerReader else { return nil }
    let tensor: Tensor = aligned
    return withExtendedLifetime(tensor) { (0..<count).map { read(tensor.base, $0) } }
  }
}
