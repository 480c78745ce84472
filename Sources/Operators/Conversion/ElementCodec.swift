internal import Tensors

/// How the elements of one numeric type are read and written, a block at a time, as `Double` (every
/// floating-point type exactly) or, for integers and bool, as `Int64` (uint64 as the same bits).
///
/// Positions count elements. A block of a packed type starts at a multiple of 8 elements, and writing
/// one sets whole bytes.
struct ElementCodec: Sendable {
  typealias Read<Number> =
    @Sendable (
      _ from: UnsafeRawPointer, _ first: Int, _ count: Int, _ to: UnsafeMutablePointer<Number>
    ) -> Void
  typealias Write<Number> =
    @Sendable (
      _ to: UnsafeMutableRawPointer, _ first: Int, _ count: Int, _ from: UnsafePointer<Number>
    ) -> Void

  let type: ElementType
  let readDoubles: Read<Double>
  /// nil for floating-point types.
  let readIntegers: Read<Int64>?
  /// To a floating-point type: the nearest, ties to even. To an integer: truncated, as
  /// `ConversionKernels` says.
  let writeDoubles: Write<Double>
  /// To a narrower integer: the low bits.
  let writeIntegers: Write<Int64>

  /// How numbers become floats of 8 bits.
  struct Options: Sendable {
    var saturate: Bool = true
    var rounding: Scale8.Rounding = .up
  }

  /// The codec of `type`; nil for strings and complex numbers.
  init?(_ type: ElementType, _ options: Options = Options()) {
    switch type {
    case .float32: self.init(type, floating: { Double($0 as Float) }, { Float($0) })
    case .float64: self.init(type, floating: { $0 as Double }, { $0 })
    case .float16: self.init(type, floating: { Double(($0 as Half).float) }, { Half($0) })
    case .bfloat16:
      self.init(type, floating: { Double(($0 as BFloat16).float) }, { BFloat16(Float(roundingToOdd: $0)) })
    case .int8: self.init(type, integer: Int8.self) { Int8(truncatingIfNeeded: Self.clamped($0) as Int32) }
    case .uint8: self.init(type, integer: UInt8.self) { UInt8(truncatingIfNeeded: Self.clamped($0) as Int32) }
    case .int16: self.init(type, integer: Int16.self) { Int16(truncatingIfNeeded: Self.clamped($0) as Int32) }
    case .uint16:
      self.init(type, integer: UInt16.self) { UInt16(truncatingIfNeeded: Self.clamped($0) as Int32) }
    case .int32: self.init(type, integer: Int32.self) { Self.clamped($0) }
    case .uint32: self.init(type, integer: UInt32.self) { Self.clamped($0) }
    case .int64: self.init(type, integer: Int64.self) { Self.clamped($0) }
    case .uint64: self.init(type, integer: UInt64.self) { Self.clamped($0) }
    case .bool: self.init(bool: ())
    case .int4: self.init(type, packedBits: 4, signed: true)
    case .uint4: self.init(type, packedBits: 4, signed: false)
    case .int2: self.init(type, packedBits: 2, signed: true)
    case .uint2: self.init(type, packedBits: 2, signed: false)
    case .float8E8M0:
      self.init(type, floating: { Double(Scale8.float($0)) }) {
        Scale8.bits(Float($0), saturate: options.saturate, rounding: options.rounding)
      }
    case .float4E2M1: self.init(packed: type, .e2M1)
    case .float8E4M3FN, .float8E4M3FNUZ, .float8E5M2, .float8E5M2FNUZ, .float6E2M3, .float6E3M2:
      guard let format = type.miniFloat else { return nil }
      let mask: UInt8 = format.signBit | (format.signBit - 1)
      self.init(type, floating: { Double(format.float($0 & mask)) }) {
        format.bits($0, saturate: options.saturate)
      }
    case .string, .complex64, .complex128: return nil
    }
  }

  private init<Element: BitwiseCopyable>(
    _ type: ElementType, floating decode: @escaping @Sendable (Element) -> Double,
    _ encode: @escaping @Sendable (Double) -> Element
  ) {
    self.type = type
    readDoubles = { from, first, count, to in
      let source = from.assumingMemoryBound(to: Element.self) + first
      for index in 0..<count { to[index] = decode(source[index]) }
    }
    readIntegers = nil
    writeDoubles = { to, first, count, from in
      let target = to.assumingMemoryBound(to: Element.self) + first
      for index in 0..<count { target[index] = encode(from[index]) }
    }
    writeIntegers = { to, first, count, from in
      let target = to.assumingMemoryBound(to: Element.self) + first
      for index in 0..<count { target[index] = encode(Double(from[index])) }
    }
  }

  private init<Element: FixedWidthInteger & BitwiseCopyable & SendableMetatype>(
    _ type: ElementType, integer: Element.Type, _ encode: @escaping @Sendable (Double) -> Element
  ) {
    self.type = type
    readDoubles = { from, first, count, to in
      let source = from.assumingMemoryBound(to: Element.self) + first
      for index in 0..<count { to[index] = Double(source[index]) }
    }
    readIntegers = { from, first, count, to in
      let source = from.assumingMemoryBound(to: Element.self) + first
      for index in 0..<count { to[index] = Int64(truncatingIfNeeded: source[index]) }
    }
    writeDoubles = { to, first, count, from in
      let target = to.assumingMemoryBound(to: Element.self) + first
      for index in 0..<count { target[index] = encode(from[index]) }
    }
    writeIntegers = { to, first, count, from in
      let target = to.assumingMemoryBound(to: Element.self) + first
      for index in 0..<count { target[index] = Element(truncatingIfNeeded: from[index]) }
    }
  }

  private init(bool: Void) {
    type = .bool
    readDoubles = { from, first, count, to in
      let source = from.assumingMemoryBound(to: UInt8.self) + first
      for index in 0..<count { to[index] = source[index] == 0 ? 0 : 1 }
    }
    readIntegers = { from, first, count, to in
      let source = from.assumingMemoryBound(to: UInt8.self) + first
      for index in 0..<count { to[index] = source[index] == 0 ? 0 : 1 }
    }
    writeDoubles = { to, first, count, from in
      let target = to.assumingMemoryBound(to: UInt8.self) + first
      for index in 0..<count { target[index] = from[index] == 0 ? 0 : 1 }
    }
    writeIntegers = { to, first, count, from in
      let target = to.assumingMemoryBound(to: UInt8.self) + first
      for index in 0..<count { target[index] = from[index] == 0 ? 0 : 1 }
    }
  }

  private init(_ type: ElementType, packedBits bits: Int, signed: Bool) {
    self.type = type
    let sign: Int64 = signed ? 1 << Int64(bits - 1) : 0
    let decode: @Sendable (UInt8) -> Int64 = { (Int64($0) ^ sign) &- sign }
    readDoubles = { from, first, count, to in
      for index in 0..<count { to[index] = Double(decode(Packed.element(from, first &+ index, bits))) }
    }
    readIntegers = { from, first, count, to in
      for index in 0..<count { to[index] = decode(Packed.element(from, first &+ index, bits)) }
    }
    writeDoubles = { to, first, count, from in
      Packed.write(to, first, count, bits) { UInt8(truncatingIfNeeded: Self.clamped(from[$0]) as Int32) }
    }
    writeIntegers = { to, first, count, from in
      Packed.write(to, first, count, bits) { UInt8(truncatingIfNeeded: from[$0]) }
    }
  }

  private init(packed type: ElementType, _ format: MiniFloat) {
    self.type = type
    readDoubles = { from, first, count, to in
      for index in 0..<count { to[index] = Double(format.float(Packed.element(from, first &+ index, 4))) }
    }
    readIntegers = nil
    writeDoubles = { to, first, count, from in
      Packed.write(to, first, count, 4) { format.bits(from[$0], saturate: true) }
    }
    writeIntegers = { to, first, count, from in
      Packed.write(to, first, count, 4) { format.bits(Double(from[$0]), saturate: true) }
    }
  }

  /// `value` truncated toward zero and limited to the type's range; NaN is 0.
  @inline(__always)
  static func clamped<Integer: FixedWidthInteger>(_ value: Double) -> Integer {
    if value.isNaN { return 0 }
    if value <= Double(Integer.min) { return .min }
    // The largest number of a 64-bit type is no double: everything from the next power of two on is beyond.
    if value >= Double(Integer.max) { return .max }
    return Integer(value)
  }
}

/// Elements of 2 or 4 bits, the first in the lowest bits of a byte.
enum Packed {
  @inline(__always)
  static func element(_ bytes: UnsafeRawPointer, _ index: Int, _ bits: Int) -> UInt8 {
    let position: Int = index &* bits
    let byte: UInt8 = bytes.load(fromByteOffset: position &>> 3, as: UInt8.self)
    return (byte &>> UInt8(position & 7)) & ((1 &<< UInt8(bits)) &- 1)
  }

  /// Writes `count` elements from position `first` (a multiple of 8) on.
  @inline(__always)
  static func write(
    _ bytes: UnsafeMutableRawPointer, _ first: Int, _ count: Int, _ bits: Int, _ element: (Int) -> UInt8
  ) {
    let perByte: Int = 8 / bits
    let mask: UInt8 = (1 &<< UInt8(bits)) &- 1
    let target: UnsafeMutableRawPointer = bytes + (first &* bits) / 8
    var index: Int = 0
    while index < count {
      var byte: UInt8 = 0
      for part in 0..<min(perByte, count &- index) {
        byte |= (element(index &+ part) & mask) &<< UInt8(part &* bits)
      }
      target.storeBytes(of: byte, toByteOffset: index / perByte, as: UInt8.self)
      index &+= perByte
    }
  }
}

extension Float {
  /// `value` rounded to odd: rounding the result again, to a narrower format, is rounding once.
  init(roundingToOdd value: Double) {
    let single = Float(value)
    guard single.isFinite, Double(single) != value, single.bitPattern & 1 == 0 else {
      self = single
      return
    }
    let towardZero: Bool = Double(single).magnitude < value.magnitude
    self = Float(bitPattern: towardZero ? single.bitPattern | 1 : single.bitPattern - 1)
  }
}
