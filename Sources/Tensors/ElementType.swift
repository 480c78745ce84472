/// The type of a tensor's elements. Names and raw values are those of ONNX's `TensorProto.DataType`
/// (ONNX IR version 14), so a raw value can be read from and written to a file as it is.
package enum ElementType: Int32, Sendable, Hashable, CaseIterable {
  case float32 = 1
  case uint8 = 2
  case int8 = 3
  case uint16 = 4
  case int16 = 5
  case int32 = 6
  case int64 = 7
  case string = 8
  case bool = 9
  case float16 = 10
  case float64 = 11
  case uint32 = 12
  case uint64 = 13
  case complex64 = 14
  case complex128 = 15
  case bfloat16 = 16
  case float8E4M3FN = 17
  case float8E4M3FNUZ = 18
  case float8E5M2 = 19
  case float8E5M2FNUZ = 20
  case uint4 = 21
  case int4 = 22
  case float4E2M1 = 23
  case float8E8M0 = 24
  case uint2 = 25
  case int2 = 26
  case float6E2M3 = 27
  case float6E3M2 = 28

  /// The width of one element in bits; 0 for strings, which have no fixed width.
  ///
  /// Elements of 4 and 2 bits are packed, the first element in the lowest bits of a byte. Elements of
  /// 6 bits take a byte each.
  package var bitWidth: Int {
    switch self {
    case .string: 0
    case .uint2, .int2: 2
    case .uint4, .int4, .float4E2M1: 4
    case .uint8, .int8, .bool, .float8E4M3FN, .float8E4M3FNUZ, .float8E5M2, .float8E5M2FNUZ,
      .float8E8M0, .float6E2M3, .float6E3M2:
      8
    case .uint16, .int16, .float16, .bfloat16: 16
    case .float32, .int32, .uint32: 32
    case .float64, .int64, .uint64, .complex64: 64
    case .complex128: 128
    }
  }

  /// The bytes that `count` elements take, packed types rounded up to whole bytes; nil on overflow.
  package func byteCount(of count: Int) -> Int? {
    let (bits, overflow) = count.multipliedReportingOverflow(by: bitWidth)
    guard !overflow, bits <= Int.max - 7 else { return nil }
    return (bits + 7) / 8
  }

  /// The width of one element in whole bytes: 1, 2, 4, 8 or 16; 0 for strings and packed types.
  package var byteWidth: Int { bitWidth % 8 == 0 ? bitWidth / 8 : 0 }

  /// Whether several elements share a byte.
  package var isPacked: Bool { bitWidth == 4 || bitWidth == 2 }

  /// Whether the type is a floating-point number of any width, complex numbers aside.
  package var isFloatingPoint: Bool {
    switch self {
    case .float32, .float64, .float16, .bfloat16, .float8E4M3FN, .float8E4M3FNUZ, .float8E5M2,
      .float8E5M2FNUZ, .float8E8M0, .float6E2M3, .float6E3M2, .float4E2M1:
      true
    default: false
    }
  }

  /// Whether the type is an integer that has negative values.
  package var isSignedInteger: Bool {
    switch self {
    case .int64, .int32, .int16, .int8, .int4, .int2: true
    default: false
    }
  }

  /// Whether the type is an integer without negative values.
  package var isUnsignedInteger: Bool {
    switch self {
    case .uint64, .uint32, .uint16, .uint8, .uint4, .uint2: true
    default: false
    }
  }

  /// Whether the type is an integer; bool is none.
  package var isInteger: Bool { isSignedInteger || isUnsignedInteger }

  /// The name that users see and type: `float32`, `int64`, `bfloat16`, `float8e4m3fn`, ...
  package var name: String { Self.names[self] ?? "unknown" }

  /// The type with the given `name`, or nil.
  package init?(name: String) {
    guard let match = Self.names.first(where: { $0.value == name }) else { return nil }
    self = match.key
  }

  private static let names: [ElementType: String] = [
    .float32: "float32", .uint8: "uint8", .int8: "int8", .uint16: "uint16", .int16: "int16",
    .int32: "int32", .int64: "int64", .string: "string", .bool: "bool", .float16: "float16",
    .float64: "float64", .uint32: "uint32", .uint64: "uint64", .complex64: "complex64",
    .complex128: "complex128", .bfloat16: "bfloat16", .float8E4M3FN: "float8e4m3fn",
    .float8E4M3FNUZ: "float8e4m3fnuz", .float8E5M2: "float8e5m2",
    .float8E5M2FNUZ: "float8e5m2fnuz", .uint4: "uint4", .int4: "int4",
    .float4E2M1: "float4e2m1", .float8E8M0: "float8e8m0", .uint2: "uint2", .int2: "int2",
    .float6E2M3: "float6e2m3", .float6E3M2: "float6e3m2",
  ]
}
