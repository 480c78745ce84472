internal import Tensors

/// An element type that generic code can order and compute with: the numbers and bool.
protocol ScalarElement: TensorElement {
  /// A total order: a NaN comes after everything, as in sorting; zeros of both signs are equal.
  static func precedes(_ left: Self, _ right: Self) -> Bool
  static func sum(_ left: Self, _ right: Self) -> Self
  static func product(_ left: Self, _ right: Self) -> Self
  /// NaN where either is.
  static func larger(_ left: Self, _ right: Self) -> Self
  static func smaller(_ left: Self, _ right: Self) -> Self
  var isZero: Bool { get }
  var asDouble: Double { get }
  /// The integer, rounded toward zero and clamped to 64 bits; a NaN gives 0.
  var asInt: Int { get }
  static var one: Self { get }
  /// The nearest value: floats are rounded once, integers to the nearest (ties to even) and clamped, a NaN
  /// becoming 0.
  static func nearest(to number: Double) -> Self
}

extension ScalarElement where Self: BinaryFloatingPoint {
  @inline(__always) static func precedes(_ left: Self, _ right: Self) -> Bool {
    left < right || (right.isNaN && !left.isNaN)
  }
  @inline(__always) static func sum(_ left: Self, _ right: Self) -> Self { left + right }
  @inline(__always) static func product(_ left: Self, _ right: Self) -> Self { left * right }
  @inline(__always) static func larger(_ left: Self, _ right: Self) -> Self {
    left.isNaN || left >= right ? left : right
  }
  @inline(__always) static func smaller(_ left: Self, _ right: Self) -> Self {
    left.isNaN || left <= right ? left : right
  }
  @inline(__always) var asDouble: Double { Double(self) }
  @inline(__always) var asInt: Int {
    if isNaN { return 0 }
    if self >= 0x1p63 { return .max }
    if self <= -0x1p63 { return .min }
    return Int(self)
  }
  static var one: Self { 1 }
  @inline(__always) static func nearest(to number: Double) -> Self { Self(number) }
}

extension ScalarElement where Self: FixedWidthInteger {
  @inline(__always) static func precedes(_ left: Self, _ right: Self) -> Bool { left < right }
  @inline(__always) static func sum(_ left: Self, _ right: Self) -> Self { left &+ right }
  @inline(__always) static func product(_ left: Self, _ right: Self) -> Self { left &* right }
  @inline(__always) static func larger(_ left: Self, _ right: Self) -> Self { left < right ? right : left }
  @inline(__always) static func smaller(_ left: Self, _ right: Self) -> Self { right < left ? right : left }
  @inline(__always) var isZero: Bool { self == 0 }
  @inline(__always) var asDouble: Double { Double(self) }
  @inline(__always) var asInt: Int { Int(clamping: self) }
  static var one: Self { 1 }
  @inline(__always) static func nearest(to number: Double) -> Self {
    let rounded: Double = number.rounded(.toNearestOrEven)
    if rounded.isNaN { return 0 }
    if rounded >= Double(Self.max) { return .max }
    if rounded <= Double(Self.min) { return .min }
    return Self(rounded)
  }
}

extension Float: ScalarElement {}
extension Double: ScalarElement {}
extension Int8: ScalarElement {}
extension Int16: ScalarElement {}
extension Int32: ScalarElement {}
extension Int64: ScalarElement {}
extension UInt8: ScalarElement {}
extension UInt16: ScalarElement {}
extension UInt32: ScalarElement {}
extension UInt64: ScalarElement {}

extension Half: ScalarElement {
  static func precedes(_ left: Half, _ right: Half) -> Bool { Float.precedes(left.float, right.float) }
  static func sum(_ left: Half, _ right: Half) -> Half { Half(left.float + right.float) }
  static func product(_ left: Half, _ right: Half) -> Half { Half(left.float * right.float) }
  static func larger(_ left: Half, _ right: Half) -> Half { Half(Float.larger(left.float, right.float)) }
  static func smaller(_ left: Half, _ right: Half) -> Half { Half(Float.smaller(left.float, right.float)) }
  var isZero: Bool { bits & 0x7FFF == 0 }
  var asDouble: Double { Double(float) }
  var asInt: Int { float.asInt }
  static var one: Half { Half(Float(1)) }
  static func nearest(to number: Double) -> Half { Half(number) }
}

extension BFloat16: ScalarElement {
  static func precedes(_ left: BFloat16, _ right: BFloat16) -> Bool {
    Float.precedes(left.float, right.float)
  }
  static func sum(_ left: BFloat16, _ right: BFloat16) -> BFloat16 { BFloat16(left.float + right.float) }
  static func product(_ left: BFloat16, _ right: BFloat16) -> BFloat16 { BFloat16(left.float * right.float) }
  static func larger(_ left: BFloat16, _ right: BFloat16) -> BFloat16 {
    BFloat16(Float.larger(left.float, right.float))
  }
  static func smaller(_ left: BFloat16, _ right: BFloat16) -> BFloat16 {
    BFloat16(Float.smaller(left.float, right.float))
  }
  var isZero: Bool { bits & 0x7FFF == 0 }
  var asDouble: Double { Double(float) }
  var asInt: Int { float.asInt }
  static var one: BFloat16 { BFloat16(Float(1)) }
  static func nearest(to number: Double) -> BFloat16 { BFloat16(Float(number)) }
}

extension Bool: ScalarElement {
  static func precedes(_ left: Bool, _ right: Bool) -> Bool { !left && right }
  static func sum(_ left: Bool, _ right: Bool) -> Bool { left || right }
  static func product(_ left: Bool, _ right: Bool) -> Bool { left && right }
  static func larger(_ left: Bool, _ right: Bool) -> Bool { left || right }
  static func smaller(_ left: Bool, _ right: Bool) -> Bool { left && right }
  var isZero: Bool { !self }
  var asDouble: Double { self ? 1 : 0 }
  var asInt: Int { self ? 1 : 0 }
  static var one: Bool { true }
  static func nearest(to number: Double) -> Bool { number != 0 }
}
