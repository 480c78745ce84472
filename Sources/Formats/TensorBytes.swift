internal import Models
internal import Tensors

/// Tensors over bytes of files.
extension Tensor {
  /// A tensor over `bytes`, in place where they start at a multiple of `Storage.alignment`, else over a copy.
  /// There must be as many bytes as `shape` takes.
  static func over(
    _ bytes: PayloadBytes, _ type: ElementType, _ shape: Shape
  ) throws(FormatError) -> Tensor {
    guard let needed = type.byteCount(of: shape.count), needed == bytes.count else {
      throw FormatError(
        .invalid, "expected the bytes of \(shape.count) elements of \(type.name), found \(bytes.count)")
    }
    let address = UInt(bitPattern: UnsafeRawPointer(bytes.storage.base)) + UInt(bytes.offset)
    if address % UInt(Storage.alignment) == 0 {
      return Tensor(type, shape, storage: bytes.storage, byteOffset: bytes.offset)
    }
    let copy = Storage(byteCount: bytes.count)
    if let source = bytes.buffer.baseAddress { copy.base.copyMemory(from: source, byteCount: bytes.count) }
    return Tensor(type, shape, storage: copy)
  }

  /// The elements' bytes, strings aside.
  var payload: PayloadBytes { PayloadBytes(storage: storage, offset: byteOffset, count: byteCount) }

  /// Valid while the tensor is.
  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: byteCount) }
}
