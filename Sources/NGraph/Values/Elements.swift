internal import Tensors

/// The elements of a tensor as numbers, whatever their type: for reports, comparisons and made-up inputs.
/// Integers beyond 2^53 are rounded; a complex number is two elements.
struct Elements {
  private let type: ElementType

  /// nil for strings.
  init?(_ type: ElementType) {
    guard type != .string else { return nil }
    self.type = type
  }

  /// All elements of `tensor`.
  static func doubles(_ tensor: Tensor) -> [Double]? {
    guard let elements = Elements(tensor.elementType) else { return nil }
    let parts: Int = tensor.elementType == .complex64 || tensor.elementType == .complex128 ? 2 : 1
    let values: [Double] = (0..<tensor.count * parts).map { elements.load(tensor.base, $0) }
    withExtendedLifetime(tensor) {}
    return values
  }

  /// Element `index` from `bytes` on, which need not be aligned.
  func load(_ bytes: UnsafeRawPointer, _ index: Int) -> Double {
    func at<Element: BitwiseCopyable>(_ type: Element.Type) -> Element {
      bytes.loadUnaligned(fromByteOffset: index * MemoryLayout<Element>.stride, as: type)
    }
    switch type {
    case .float32, .complex64: return Double(at(Float.self))
    case .float64, .complex128: return at(Double.self)
    case .float16: return Double(at(Half.self).float)
    case .bfloat16: return Double(at(BFloat16.self).float)
    case .int8: return Double(at(Int8.self))
    case .int16: return Double(at(Int16.self))
    case .int32: return Double(at(Int32.self))
    case .int64: return Double(at(Int64.self))
    case .uint8, .bool: return Double(at(UInt8.self))
    case .uint16: return Double(at(UInt16.self))
    case .uint32: return Double(at(UInt32.self))
    case .uint64: return Double(at(UInt64.self))
    case .float8E8M0: return Double(Scale8.float(at(UInt8.self)))
    case .uint4, .uint2, .int4, .int2: return packedInteger(bytes, index)
    case .float4E2M1: return Double(MiniFloat.e2M1.float(packed(bytes, index)))
    case .float8E4M3FN, .float8E4M3FNUZ, .float8E5M2, .float8E5M2FNUZ, .float6E2M3, .float6E3M2:
      return type.miniFloat.map { Double($0.float(at(UInt8.self))) } ?? .nan
    case .string: return .nan
    }
  }

  private func packed(_ bytes: UnsafeRawPointer, _ index: Int) -> UInt8 {
    let width: Int = type.bitWidth
    let byte: UInt8 = bytes.load(fromByteOffset: index * width / 8, as: UInt8.self)
    return (byte >> UInt8(index * width % 8)) & (1 << UInt8(width) - 1)
  }

  private func packedInteger(_ bytes: UnsafeRawPointer, _ index: Int) -> Double {
    let width = Int(type.bitWidth)
    let bits = Int(packed(bytes, index))
    let isNegative: Bool = type.isSignedInteger && bits >> (width - 1) == 1
    return Double(isNegative ? bits - 1 << width : bits)
  }

  /// Writes `value`, which the type can hold, as element `index` of a type of whole bytes.
  func store(_ value: Double, _ bytes: UnsafeMutableRawPointer, _ index: Int) -> Bool {
    func put<Element: BitwiseCopyable>(_ element: Element) -> Bool {
      bytes.storeBytes(of: element, toByteOffset: index * MemoryLayout<Element>.stride, as: Element.self)
      return true
    }
    switch type {
    case .float32: return put(Float(value))
    case .float64: return put(value)
    case .float16: return put(Half(value))
    case .bfloat16: return put(BFloat16(Float(value)))
    case .int8: return put(Int8(value))
    case .int16: return put(Int16(value))
    case .int32: return put(Int32(value))
    case .int64: return put(Int64(value))
    case .uint8, .bool: return put(UInt8(value))
    case .uint16: return put(UInt16(value))
    case .uint32: return put(UInt32(value))
    case .uint64: return put(UInt64(value))
    case .float8E8M0: return put(Scale8.bits(Float(value), saturate: true, rounding: .nearest))
    case .float8E4M3FN, .float8E4M3FNUZ, .float8E5M2, .float8E5M2FNUZ, .float6E2M3, .float6E3M2:
      return type.miniFloat.map { put($0.bits(value, saturate: true)) } ?? false
    case .uint4, .uint2, .int4, .int2, .float4E2M1, .complex64, .complex128, .string: return false
    }
  }
}
