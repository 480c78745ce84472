internal import Models
internal import Tensors

/// A tensor as the bytes of a `.npy` file: its header, and its elements in place wherever they are what the
/// file needs.
enum NPYEncoder {
  static func parts(of tensor: Tensor) throws(FormatError) -> [PayloadBytes] {
    if let strings = tensor.strings { return text(strings.elements, tensor.shape) }
    let header: [UInt8] = NPYHeader.encode(
      descriptor: try descriptor(of: tensor.elementType), shape: tensor.shape.extents)
    return [owned(header), tensor.elementType.isPacked ? spread(tensor) : tensor.payload]
  }

  private static func descriptor(of type: ElementType) throws(FormatError) -> String {
    switch type {
    case .bool: return "|b1"
    case .int8, .int4, .int2: return "|i1"
    case .uint8, .uint4, .uint2: return "|u1"
    case .int16: return "<i2"
    case .uint16: return "<u2"
    case .int32: return "<i4"
    case .uint32: return "<u4"
    case .int64: return "<i8"
    case .uint64: return "<u8"
    case .float16: return "<f2"
    case .float32: return "<f4"
    case .float64: return "<f8"
    case .complex64: return "<c8"
    case .complex128: return "<c16"
    case .bfloat16: return "|V2"
    case .float8E4M3FN, .float8E4M3FNUZ, .float8E5M2, .float8E5M2FNUZ, .float8E8M0, .float6E2M3, .float6E3M2,
      .float4E2M1:
      return "|V1"
    case .string: throw FormatError(.unsupported, "expected elements of a fixed size, found strings")
    }
  }

  /// Packed elements, a byte each; integers with their sign.
  private static func spread(_ tensor: Tensor) -> PayloadBytes {
    let width: Int = tensor.elementType.bitWidth
    let isSigned: Bool = tensor.elementType.isSignedInteger
    let source: UnsafeRawBufferPointer = tensor.bytes
    var bytes = [UInt8](repeating: 0, count: tensor.count)
    for index in 0..<tensor.count {
      let bit: Int = index * width
      let value: UInt8 = (source[bit / 8] >> UInt8(bit % 8)) << UInt8(8 - width)
      bytes[index] =
        isSigned ? UInt8(bitPattern: Int8(bitPattern: value) >> Int8(8 - width)) : value >> UInt8(8 - width)
    }
    return owned(bytes)
  }

  /// Strings as `U`: UTF-32, all as long as the longest.
  private static func text(_ elements: [String], _ shape: Shape) -> [PayloadBytes] {
    let length: Int = max(elements.map(\.unicodeScalars.count).max() ?? 0, 1)
    let header: [UInt8] = NPYHeader.encode(descriptor: "<U\(length)", shape: shape.extents)
    let storage = Storage(byteCount: elements.count * length * 4, zeroed: true)
    for (index, element) in elements.enumerated() {
      for (position, scalar) in element.unicodeScalars.enumerated() {
        let offset: Int = (index * length + position) * 4
        storage.base.storeBytes(of: scalar.value.littleEndian, toByteOffset: offset, as: UInt32.self)
      }
    }
    return [owned(header), PayloadBytes(storage: storage, offset: 0, count: storage.byteCount)]
  }

  private static func owned(_ bytes: [UInt8]) -> PayloadBytes {
    let storage = Storage(byteCount: bytes.count)
    bytes.withUnsafeBytes {
      UnsafeMutableRawBufferPointer(start: storage.base, count: $0.count).copyMemory(from: $0)
    }
    return PayloadBytes(storage: storage, offset: 0, count: bytes.count)
  }
}
