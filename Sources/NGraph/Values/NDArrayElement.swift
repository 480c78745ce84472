/// A Swift type that an `NDArray` can be made of and read as, bit for bit.
///
/// For the types without a Swift counterpart (`bfloat16`, 8 bits and less, complex numbers) there are
/// `NDArray.init(_:shape:bytes:)` and `NDArray.withUnsafeBytes`.
public protocol NDArrayElement: Sendable, BitwiseCopyable {
  /// The element type of arrays of this type.
  static var dataType: DataType { get }
}

extension Float: NDArrayElement { public static var dataType: DataType { .float32 } }
extension Double: NDArrayElement { public static var dataType: DataType { .float64 } }
extension Int8: NDArrayElement { public static var dataType: DataType { .int8 } }
extension Int16: NDArrayElement { public static var dataType: DataType { .int16 } }
extension Int32: NDArrayElement { public static var dataType: DataType { .int32 } }
extension Int64: NDArrayElement { public static var dataType: DataType { .int64 } }
extension UInt8: NDArrayElement { public static var dataType: DataType { .uint8 } }
extension UInt16: NDArrayElement { public static var dataType: DataType { .uint16 } }
extension UInt32: NDArrayElement { public static var dataType: DataType { .uint32 } }
extension UInt64: NDArrayElement { public static var dataType: DataType { .uint64 } }
extension Bool: NDArrayElement { public static var dataType: DataType { .bool } }
#if !(os(macOS) && arch(x86_64))
  extension Float16: NDArrayElement { public static var dataType: DataType { .float16 } }
#endif
