import Graphs
import Operators
import Tensors
import TestSupport
import Testing

@Suite struct LogicTests {
  private func bools(_ type: any OperatorDefinition.Type, _ inputs: [Tensor]) throws -> [Bool] {
    let outputs = try evaluate(type, inputs: inputs.map { .tensor($0) })
    return try #require(outputs[0]?.tensor).elements(Bool.self)
  }

  @Test("Comparisons with NaN are false, in every type")
  func comparisons() throws {
    let a = Tensor([1, 2, 3, .nan] as [Float])
    let b = Tensor([2, 2, 2, .nan] as [Float])
    #expect(try bools(LessOp.self, [a, b]) == [true, false, false, false])
    #expect(try bools(LessOrEqualOp.self, [a, b]) == [true, true, false, false])
    #expect(try bools(GreaterOp.self, [a, b]) == [false, false, true, false])
    #expect(try bools(GreaterOrEqualOp.self, [a, b]) == [false, true, true, false])
    #expect(try bools(EqualOp.self, [a, b]) == [false, true, false, false])
    let halves = [a, b].map { tensor in Tensor(tensor.elements(Float.self).map { Half($0) }) }
    #expect(try bools(LessOp.self, halves) == [true, false, false, false])
    #expect(try bools(GreaterOp.self, [Tensor([UInt64.max]), Tensor([1] as [UInt64])]) == [true])
    #expect(try bools(EqualOp.self, [Tensor([true, false]), Tensor([true, true])]) == [true, false])
  }

  @Test("Strings are compared and chosen by their text")
  func strings() throws {
    let words = Tensor(strings: ["a", "b"], [2, 1])
    let others = Tensor(strings: ["a", "x", "b"], [3])
    #expect(try bools(EqualOp.self, [words, others]) == [true, false, false, false, false, true])
    // The same letter composed and decomposed is different text.
    #expect(
      try bools(EqualOp.self, [Tensor(strings: ["\u{e9}"], [1]), Tensor(strings: ["e\u{301}"], [1])]) == [
        false
      ])
    let chosen = try evaluateTensor(WhereOp.self, [], Tensor([true, false, true]), words, others)
    #expect(chosen.strings?.elements == ["a", "x", "a", "b", "x", "b"])
    #expect(chosen.shape == [2, 3])
  }

  @Test("Boolean operators follow their truth tables")
  func truthTables() throws {
    let a = Tensor([false, false, true, true])
    let b = Tensor([false, true, false, true])
    #expect(try bools(AndOp.self, [a, b]) == [false, false, false, true])
    #expect(try bools(OrOp.self, [a, b]) == [false, true, true, true])
    #expect(try bools(XorOp.self, [a, b]) == [false, true, true, false])
    #expect(try bools(NotOp.self, [a]) == [true, true, false, false])
  }

  @Test("Bits combine in every integer type")
  func bits() throws {
    let a = Tensor([0b1100, -1] as [Int16])
    let b = Tensor([0b1010, 255] as [Int16])
    #expect(try evaluateTensor(BitwiseAndOp.self, [], a, b).elements(Int16.self) == [0b1000, 255])
    #expect(try evaluateTensor(BitwiseOrOp.self, [], a, b).elements(Int16.self) == [0b1110, -1])
    #expect(try evaluateTensor(BitwiseXorOp.self, [], a, b).elements(Int16.self) == [0b0110, ~255])
    #expect(try evaluateTensor(BitwiseNotOp.self, [], a).elements(Int16.self) == [~0b1100, 0])
  }

  @Test("Shifts by all bits or more, or by a negative number, leave the sign's fill")
  func shifts() throws {
    let x = Tensor([-8, -8, -8, 8, 8] as [Int32])
    let y = Tensor([1, 40, -1, 32, 31] as [Int32])
    let right = [Attribute("direction", "RIGHT")]
    let left = [Attribute("direction", "LEFT")]
    #expect(try evaluateTensor(BitShiftOp.self, right, x, y).elements(Int32.self) == [-4, -1, -1, 0, 0])
    #expect(try evaluateTensor(BitShiftOp.self, left, x, y).elements(Int32.self) == [-16, 0, 0, 0, 0])
    let bytes = Tensor([0xF0, 0xF0] as [UInt8])
    #expect(
      try evaluateTensor(BitShiftOp.self, left, bytes, Tensor([1, 8] as [UInt8])).elements(UInt8.self) == [
        0xE0, 0,
      ])
    #expect(throws: GraphError.self) { try evaluateTensor(BitShiftOp.self, [], x, y) }
    #expect(throws: GraphError.self) {
      try evaluateTensor(BitShiftOp.self, [Attribute("direction", "UP")], x, y)
    }
  }

  @Test("NaN and infinities are found in floats of every width")
  func specials() throws {
    let x: [Float] = [1, .nan, .infinity, -.infinity]
    for tensor in [
      Tensor(x), Tensor(x.map { Half($0) }), Tensor(x.map { BFloat16($0) }), Tensor(x.map { Double($0) }),
    ] {
      #expect(try bools(IsNaNOp.self, [tensor]) == [false, true, false, false])
      #expect(try bools(IsInfOp.self, [tensor]) == [false, false, true, true])
    }
    let positive = try evaluateTensor(IsInfOp.self, [Attribute("detect_negative", false)], Tensor(x))
    #expect(positive.elements(Bool.self) == [false, false, true, false])
    // Patterns of float8e5m2: 1, NaN, infinity and minus infinity; float8e4m3fn has no infinity.
    let bytes: [UInt8] = [0x3C, 0x7E, 0x7C, 0xFC]
    let small = Tensor(.float8E5M2, [4]) { $0.copyBytes(from: bytes) }
    #expect(try bools(IsNaNOp.self, [small]) == [false, true, false, false])
    #expect(try bools(IsInfOp.self, [small]) == [false, false, true, true])
    let finite = Tensor(.float8E4M3FN, [2]) { $0.copyBytes(from: [0x7E, 0x7F]) }
    #expect(try bools(IsInfOp.self, [finite]) == [false, false])
    #expect(try bools(IsNaNOp.self, [finite]) == [false, true])
  }
}
