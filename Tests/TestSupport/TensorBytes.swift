package import Tensors

extension Tensor {
  /// The bytes of all elements, as they lie.
  package var bytes: [UInt8] {
    withExtendedLifetime(self) { Array(UnsafeRawBufferPointer(start: base, count: byteCount)) }
  }
}
