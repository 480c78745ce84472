internal import KernelInterface
internal import Tensors

extension ElementType {
  /// The type as vector kernels name it; nil for types that kernels don't know.
  var kernelElement: KernelElement? {
    switch self {
    case .float32: .float32
    case .float64: .float64
    case .float16: .float16
    case .bfloat16: .bfloat16
    case .int8: .int8
    case .uint8: .uint8
    case .int16: .int16
    case .uint16: .uint16
    case .int32: .int32
    case .uint32: .uint32
    case .int64: .int64
    case .uint64: .uint64
    case .bool: .bool
    default: nil
    }
  }

  /// float16 or bfloat16: stored in 16 bits, computed in float32.
  var isHalfFloat: Bool { self == .float16 || self == .bfloat16 }
}
