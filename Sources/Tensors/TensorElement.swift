/// A Swift type that a tensor's elements can be read as, bit for bit.
package protocol TensorElement: Sendable, BitwiseCopyable {
  static var elementType: ElementType { get }
}

extension Float: TensorElement { package static var elementType: ElementType { .float32 } }
extension Double: TensorElement { package static var elementType: ElementType { .float64 } }
extension Int8: TensorElement { package static var elementType: ElementType { .int8 } }
extension Int16: TensorElement { package static var elementType: ElementType { .int16 } }
extension Int32: TensorElement { package static var elementType: ElementType { .int32 } }
extension Int64: TensorElement { package static var elementType: ElementType { .int64 } }
extension UInt8: TensorElement { package static var elementType: ElementType { .uint8 } }
extension UInt16: TensorElement { package static var elementType: ElementType { .uint16 } }
extension UInt32: TensorElement { package static var elementType: ElementType { .uint32 } }
extension UInt64: TensorElement { package static var elementType: ElementType { .uint64 } }
extension Bool: TensorElement { package static var elementType: ElementType { .bool } }
extension Half: TensorElement { package static var elementType: ElementType { .float16 } }
extension BFloat16: TensorElement { package static var elementType: ElementType { .bfloat16 } }
