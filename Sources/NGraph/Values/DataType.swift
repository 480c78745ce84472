internal import Tensors

/// The type of an array's elements: ONNX's, under the names that users read and type.
public enum DataType: String, Sendable, Hashable, CaseIterable, CustomStringConvertible {
  case float32, float64, float16, bfloat16
  case int8, int16, int32, int64
  case uint8, uint16, uint32, uint64
  case bool, string
  case complex64, complex128
  case float8e4m3fn, float8e4m3fnuz, float8e5m2, float8e5m2fnuz, float8e8m0
  case float6e2m3, float6e3m2, float4e2m1
  case int4, uint4, int2, uint2

  public var description: String { rawValue }

  /// The width of one element in bits; 0 for strings. Elements of 4 and 2 bits are packed, the first in
  /// the lowest bits of a byte; elements of 6 bits take a byte each.
  public var bitWidth: Int { elementType.bitWidth }

  init(_ type: ElementType) {
    self =
      switch type {
      case .float32: .float32
      case .float64: .float64
      case .float16: .float16
      case .bfloat16: .bfloat16
      case .int8: .int8
      case .int16: .int16
      case .int32: .int32
      case .int64: .int64
      case .uint8: .uint8
      case .uint16: .uint16
      case .uint32: .uint32
      case .uint64: .uint64
      case .bool: .bool
      case .string: .string
      case .complex64: .complex64
      case .complex128: .complex128
      case .float8E4M3FN: .float8e4m3fn
      case .float8E4M3FNUZ: .float8e4m3fnuz
      case .float8E5M2: .float8e5m2
      case .float8E5M2FNUZ: .float8e5m2fnuz
      case .float8E8M0: .float8e8m0
      case .float6E2M3: .float6e2m3
      case .float6E3M2: .float6e3m2
      case .float4E2M1: .float4e2m1
      case .int4: .int4
      case .uint4: .uint4
      case .int2: .int2
      case .uint2: .uint2
      }
  }

  var elementType: ElementType {
    switch self {
    case .float32: .float32
    case .float64: .float64
    case .float16: .float16
    case .bfloat16: .bfloat16
    case .int8: .int8
    case .int16: .int16
    case .int32: .int32
    case .int64: .int64
    case .uint8: .uint8
    case .uint16: .uint16
    case .uint32: .uint32
    case .uint64: .uint64
    case .bool: .bool
    case .string: .string
    case .complex64: .complex64
    case .complex128: .complex128
    case .float8e4m3fn: .float8E4M3FN
    case .float8e4m3fnuz: .float8E4M3FNUZ
    case .float8e5m2: .float8E5M2
    case .float8e5m2fnuz: .float8E5M2FNUZ
    case .float8e8m0: .float8E8M0
    case .float6e2m3: .float6E2M3
    case .float6e3m2: .float6E3M2
    case .float4e2m1: .float4E2M1
    case .int4: .int4
    case .uint4: .uint4
    case .int2: .int2
    case .uint2: .uint2
    }
  }
}
