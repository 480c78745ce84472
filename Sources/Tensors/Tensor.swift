/// An immutable, dense, row-major array of elements of one type: a shape over a slice of a `Storage`.
///
/// Copies share their bytes. Packed types (4 and 2 bits) start at a byte.
package struct Tensor: Sendable {
  package let elementType: ElementType
  package let shape: Shape
  /// Where the elements lie, for every type but strings.
  package let storage: Storage
  /// The offset in bytes of the first element in `storage`.
  package let byteOffset: Int
  /// The elements of a tensor of strings; nil for other types.
  package let strings: StringStorage?

  /// The number of elements.
  package var count: Int { shape.count }
  /// The bytes of all elements; 0 for strings.
  package var byteCount: Int { elementType.byteCount(of: count) ?? 0 }
  /// The first element. Valid while the tensor, or another that shares its storage, is alive.
  package var base: UnsafeRawPointer { UnsafeRawPointer(storage.base) + byteOffset }

  /// A view of `storage` from `byteOffset` on, which must hold all elements of `shape`.
  package init(_ elementType: ElementType, _ shape: Shape, storage: Storage, byteOffset: Int = 0) {
    self.elementType = elementType
    self.shape = shape
    self.storage = storage
    self.byteOffset = byteOffset
    strings = nil
    assert(byteOffset + byteCount <= storage.byteCount)
  }

  /// A tensor of strings; `elements.count` must be the shape's count.
  package init(strings elements: [String], _ shape: Shape) {
    elementType = .string
    self.shape = shape
    storage = Self.noBytes
    byteOffset = 0
    strings = StringStorage(elements)
    assert(elements.count == shape.count)
  }

  private static let noBytes = Storage(byteCount: 0)

  /// A new tensor whose bytes `fill` writes. The memory is unspecified before.
  package init<Failure: Error>(
    _ elementType: ElementType, _ shape: Shape,
    fill: (UnsafeMutableRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    let bytes: Int = elementType.byteCount(of: shape.count) ?? 0
    let storage = Storage(byteCount: bytes)
    try fill(UnsafeMutableRawBufferPointer(start: storage.base, count: bytes))
    self.init(elementType, shape, storage: storage)
  }

  /// A tensor with the given elements, whose count must be the shape's.
  package init<Element: TensorElement>(_ elements: [Element], _ shape: Shape) {
    assert(elements.count == shape.count)
    self.init(Element.elementType, shape) { bytes in
      elements.withUnsafeBytes { bytes.copyMemory(from: $0) }
    }
  }

  /// A one-dimensional tensor with the given elements.
  package init<Element: TensorElement>(_ elements: [Element]) {
    self.init(elements, [elements.count])
  }

  /// A scalar.
  package init<Element: TensorElement>(scalar element: Element) {
    self.init([element], .scalar)
  }

  /// The same elements under another shape of as many elements.
  package func reshaped(_ shape: Shape) -> Tensor {
    assert(shape.count == count)
    if let strings { return Tensor(strings: strings.elements, shape) }
    return Tensor(elementType, shape, storage: storage, byteOffset: byteOffset)
  }

  /// The elements as an array; `Element` must be the tensor's type.
  package func elements<Element: TensorElement>(_ type: Element.Type = Element.self) -> [Element] {
    assert(Element.elementType == elementType)
    return withElements(of: type) { Array($0) }
  }

  /// Calls `body` with the elements in place; `Element` must be the tensor's type. A tensor whose slice
  /// of a file is not aligned for its type is copied for the call.
  package func withElements<Element: TensorElement, Result, Failure: Error>(
    of type: Element.Type = Element.self,
    _ body: (UnsafeBufferPointer<Element>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let count: Int = self.count
    guard UInt(bitPattern: base) % UInt(MemoryLayout<Element>.alignment) == 0 else {
      let copy = Storage(byteCount: byteCount)
      copy.base.copyMemory(from: base, byteCount: byteCount)
      return try body(
        UnsafeBufferPointer(start: UnsafeRawPointer(copy.base).assumingMemoryBound(to: type), count: count))
    }
    return try body(UnsafeBufferPointer(start: base.assumingMemoryBound(to: type), count: count))
  }
}
