/// The element types that the vector kernels are compiled for. Kernels take raw pointers together with a
/// kernel that was resolved for one of these, so that a caller chooses a type once, when it plans.
///
/// The types not listed (8-bit and 4-bit floats, 4-bit and 2-bit integers, complex numbers, strings) are
/// converted to one of these by their owner. A `bool` is one byte, 0 or 1.
package enum KernelElement: Int, Sendable, CaseIterable {
  case float32, float64, float16, bfloat16
  case int8, uint8, int16, uint16, int32, uint32, int64, uint64
  case bool

  /// Bytes of one element.
  package var size: Int {
    switch self {
    case .int8, .uint8, .bool: 1
    case .float16, .bfloat16, .int16, .uint16: 2
    case .float32, .int32, .uint32: 4
    case .float64, .int64, .uint64: 8
    }
  }

  package var isFloating: Bool {
    switch self {
    case .float32, .float64, .float16, .bfloat16: true
    default: false
    }
  }
}
