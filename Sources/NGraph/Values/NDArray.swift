package import Tensors

/// An immutable, dense, row-major array of any number of axes: what goes into a model and comes out.
///
///     let image = try NDArray([Float](repeating: 0, count: 64), shape: [1, 64])
///     let scores = try result.array(of: Float.self)
///
/// Copies share their memory. A shape of `[]` is a scalar.
public struct NDArray: Sendable {
  package let tensor: Tensor

  package init(_ tensor: Tensor) { self.tensor = tensor }

  /// An array of `elements` in row-major order, as many as `shape` has places.
  public init<Element: NDArrayElement>(_ elements: [Element], shape: [Int]) throws(NGraphError) {
    let checked: Shape = try Self.shape(shape, count: elements.count)
    tensor = Tensor(Element.dataType.elementType, checked) { bytes in
      elements.withUnsafeBytes { bytes.copyMemory(from: $0) }
    }
  }

  /// An array of one axis.
  public init<Element: NDArrayElement>(_ elements: [Element]) {
    tensor = Tensor(Element.dataType.elementType, [elements.count]) { bytes in
      elements.withUnsafeBytes { bytes.copyMemory(from: $0) }
    }
  }

  /// An array of strings.
  public init(strings elements: [String], shape: [Int]) throws(NGraphError) {
    tensor = Tensor(strings: elements, try Self.shape(shape, count: elements.count))
  }

  /// An array of any type but string, from its little-endian bytes.
  public init(_ dataType: DataType, shape: [Int], bytes: [UInt8]) throws(NGraphError) {
    let type: ElementType = dataType.elementType
    guard let checked = Shape(checking: shape), type != .string, let size = type.byteCount(of: checked.count),
      size == bytes.count
    else {
      throw NGraphError(
        .run, "invalidInput", "\(bytes.count) bytes are no \(dataType) array of shape \(shape)")
    }
    if type == .bool, bytes.contains(where: { $0 > 1 }) {
      throw NGraphError(.run, "invalidInput", "a bool must be a byte 0 or 1")
    }
    tensor = Tensor(type, checked) { target in bytes.withUnsafeBytes { target.copyMemory(from: $0) } }
  }

  public var dataType: DataType { DataType(tensor.elementType) }
  /// The extents of the axes, outermost first.
  public var shape: [Int] { tensor.shape.extents }
  /// The number of elements.
  public var count: Int { tensor.count }

  /// The elements in row-major order. `Element` must be the Swift type of `dataType`.
  public func array<Element: NDArrayElement>(of type: Element.Type = Element.self) throws(NGraphError)
    -> [Element]
  {
    guard Element.dataType == dataType else {
      throw NGraphError(
        .run, "typeMismatch", "the array holds \(dataType) elements, not \(Element.dataType)")
    }
    let count: Int = self.count
    let source: Tensor = tensor
    return [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
      if let base = buffer.baseAddress {
        UnsafeMutableRawPointer(base).copyMemory(from: source.base, byteCount: source.byteCount)
      }
      initialized = count
      withExtendedLifetime(source) {}
    }
  }

  /// The elements of an array of strings.
  public func strings() throws(NGraphError) -> [String] {
    guard let strings = tensor.strings else {
      throw NGraphError(.run, "typeMismatch", "the array holds \(dataType) elements, not strings")
    }
    return strings.elements
  }

  /// Calls `body` with the little-endian bytes of all elements; with none for strings.
  public func withUnsafeBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    defer { withExtendedLifetime(tensor) {} }
    return try body(UnsafeRawBufferPointer(start: tensor.base, count: tensor.byteCount))
  }

  private static func shape(_ extents: [Int], count: Int) throws(NGraphError) -> Shape {
    guard let shape = Shape(checking: extents), shape.count == count else {
      throw NGraphError(.run, "invalidInput", "\(count) elements don't fill the shape \(extents)")
    }
    return shape
  }
}
