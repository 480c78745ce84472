import Graphs
import Operators
import Tensors
import TestSupport
import Testing

@Suite struct CastTests {
  private func cast(_ tensor: Tensor, _ type: ElementType, _ attributes: [Attribute] = []) throws -> Tensor {
    try evaluateTensor(CastOp.self, [Attribute("to", Int(type.rawValue))] + attributes, tensor)
  }

  private func packed(_ type: ElementType, _ count: Int, _ bytes: [UInt8]) -> Tensor {
    Tensor(type, [count]) { $0.copyBytes(from: bytes) }
  }

  private static let real: [ElementType] = ElementType.allCases.filter {
    $0 != .string && $0 != .complex64 && $0 != .complex128
  }

  @Test("0 and 1 keep their value from every type to every type", arguments: real)
  func everyPair(_ from: ElementType) throws {
    // float8e8m0 has no 0.
    let numbers: [Float] = from == .float8E8M0 ? [1, 1, 1, 1, 1] : [0, 1, 1, 0, 1]
    let source = try cast(Tensor(numbers), from)
    for to in Self.real where to != .float8E8M0 || from == .float8E8M0 {
      let back = try cast(try cast(source, to), .float32)
      #expect(back.elements(Float.self) == numbers, "\(from.name) to \(to.name)")
    }
  }

  @Test("Floats truncate to integers, and integers keep their low bits")
  func integers() throws {
    let x = Tensor([1.9, -1.9, 300, -0.5] as [Float])
    #expect(try cast(x, .int32).elements(Int32.self) == [1, -1, 300, 0])
    #expect(try cast(Tensor([200, -1, 256] as [Int16]), .int8).elements(Int8.self) == [-56, -1, 0])
    #expect(try cast(Tensor([UInt64.max]), .int32).elements(Int32.self) == [-1])
    #expect(try cast(Tensor([UInt64.max]), .float64).elements(Double.self) == [0x1p64])
    #expect(try cast(Tensor([0, -2, .nan] as [Float]), .bool).elements(Bool.self) == [false, true, true])
  }

  @Test("Elements of 4 and 2 bits are packed from the lowest bits on")
  func packing() throws {
    #expect(try cast(Tensor([1, -2, 7, -8, 9] as [Int32]), .int4).bytes == [0xE1, 0x87, 0x09])
    #expect(try cast(Tensor([1, 2, 3, 0, 1] as [UInt8]), .uint2).bytes == [0b00_11_10_01, 0b01])
    #expect(try cast(packed(.int4, 3, [0xE1, 0x09]), .int8).elements(Int8.self) == [1, -2, -7])
    #expect(try cast(packed(.int2, 4, [0b10_11_01_00]), .float32).elements(Float.self) == [0, 1, -1, -2])
    let fours = try cast(Tensor([0.5, -6, 100, 0.2] as [Float]), .float4E2M1)
    #expect(fours.bytes == [0xF1, 0x07])
    #expect(try cast(fours, .float32).elements(Float.self) == [0.5, -6, 6, 0])
  }

  @Test("Long tensors of packed elements are whole at every boundary between tasks")
  func longPacked() throws {
    let values: [Int8] = (0..<40_003).map { Int8($0 % 16 - 8) }
    let result = try cast(try cast(Tensor(values), .int4), .int8)
    #expect(result.elements(Int8.self) == values)
  }

  @Test("Floats of 8 bits saturate unless told not to")
  func saturation() throws {
    let x = Tensor([1000, -1000, 1, .nan] as [Float])
    #expect(try cast(x, .float8E4M3FN).bytes == [0x7E, 0xFE, 0x38, 0x7F])
    #expect(try cast(x, .float8E4M3FN, [Attribute("saturate", false)]).bytes == [0x7F, 0xFF, 0x38, 0x7F])
    let scales = Tensor([3, 1] as [Float])
    #expect(try cast(scales, .float8E8M0).bytes == [129, 127])
    #expect(try cast(scales, .float8E8M0, [Attribute("round_mode", "down")]).bytes == [128, 127])
    #expect(throws: GraphError.self) { try cast(scales, .float8E8M0, [Attribute("round_mode", "odd")]) }
  }

  @Test("Numbers become strings that read back as the same numbers")
  func toStrings() throws {
    let floats: [Float] = [1.5, 0.1, -2, 1e20, .infinity, .nan, 0]
    let text = try cast(Tensor(floats), .string)
    #expect(text.strings?.elements == ["1.5", "0.1", "-2.0", "1e+20", "inf", "nan", "0.0"])
    expectClose(try cast(text, .float32), floats.map { Double($0) }, steps: 0)
    #expect(try cast(Tensor([Half(0.1 as Float)]), .string).strings?.elements == ["0.1"])
    #expect(try cast(Tensor([-3, 4] as [Int16]), .string).strings?.elements == ["-3", "4"])
    #expect(try cast(Tensor([UInt64.max]), .string).strings?.elements == ["18446744073709551615"])
    #expect(try cast(Tensor([true, false]), .string).strings?.elements == ["True", "False"])
  }

  @Test("Strings are read as numbers, special ones in any case; others are refused")
  func fromStrings() throws {
    let text = Tensor(strings: ["3.14", " 1e-5", "+INF", "-inf", "NaN", "100"], [2, 3])
    expectClose(
      try cast(text, .float32), [Double(Float(3.14)), Double(Float(1e-5)), .infinity, -.infinity, .nan, 100],
      shape: [2, 3], steps: 0)
    #expect(try cast(Tensor(strings: ["100.5", "-7"], [2]), .int32).elements(Int32.self) == [100, -7])
    #expect(throws: ExecutionError.self) { try cast(Tensor(strings: ["Hello"], [1]), .float32) }
  }

  @Test("The second tensor of CastLike lends its type")
  func castLike() throws {
    let result = try evaluateTensor(CastLikeOp.self, [], Tensor([1.7] as [Float]), Tensor([] as [Int64], [0]))
    #expect(result.elements(Int64.self) == [1])
    let text = try evaluateTensor(CastLikeOp.self, [], Tensor([1.5] as [Float]), Tensor(strings: ["x"], [1]))
    #expect(text.strings?.elements == ["1.5"])
  }

  @Test("BitCast keeps bits and refuses another width")
  func bitCast() throws {
    let to = Attribute("to", Int(ElementType.int32.rawValue))
    let result = try evaluateTensor(BitCastOp.self, [to], Tensor([1, -0.0] as [Float]))
    #expect(result.elements(Int32.self) == [0x3F80_0000, .min])
    #expect(throws: (any Error).self) { try evaluateTensor(BitCastOp.self, [to], Tensor([1] as [Double])) }
  }

  @Test("Complex numbers and unknown types are refused")
  func refused() {
    #expect(throws: GraphError.self) { try cast(Tensor([1] as [Float]), .complex64) }
    #expect(throws: GraphError.self) {
      try evaluateTensor(CastOp.self, [Attribute("to", 99)], Tensor([1] as [Float]))
    }
    #expect(throws: GraphError.self) { try evaluateTensor(CastOp.self, [], Tensor([1] as [Float])) }
  }
}
