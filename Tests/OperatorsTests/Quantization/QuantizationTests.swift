import Graphs
import Operators
import Tensors
import TestSupport
import Testing

@Suite struct QuantizationTests {
  private func packed(_ type: ElementType, _ shape: Shape, _ bytes: [UInt8]) -> Tensor {
    Tensor(type, shape) { $0.copyBytes(from: bytes) }
  }

  @Test("One scale serves all elements, ties going to even and the ends of the range holding")
  func perTensor() throws {
    let x = Tensor([0, 2, 3, 1000, -254, -1000, 1, .nan] as [Float])
    let result = try evaluateTensor(
      QuantizeLinearOp.self, [], x, Tensor(scalar: 2 as Float), Tensor(scalar: 128 as UInt8))
    #expect(result.elements(UInt8.self) == [128, 129, 130, 255, 1, 0, 128, 0])
    let signed = try evaluateTensor(
      QuantizeLinearOp.self, [], x, Tensor(scalar: 2 as Float), Tensor(scalar: -1 as Int8))
    #expect(signed.elements(Int8.self).dropLast() == [-1, 0, 1, 127, -128, -128, -1])
    let plain = try evaluateTensor(QuantizeLinearOp.self, [], x, Tensor(scalar: 2 as Float))
    #expect(plain.elementType == .uint8)
  }

  @Test("Each position of an axis has its scale, in the middle and at the end of a shape")
  func perAxis() throws {
    let x = Tensor([1, 2, 3, 4, 5, 6, 7, 8] as [Float], [2, 2, 2])
    let scale = Tensor([1, 2] as [Float])
    let zero = Tensor([0, 10] as [UInt8])
    let middle = try evaluateTensor(QuantizeLinearOp.self, [Attribute("axis", 1)], x, scale, zero)
    #expect(middle.elements(UInt8.self) == [1, 2, 12, 12, 5, 6, 14, 14])
    let last = try evaluateTensor(QuantizeLinearOp.self, [Attribute("axis", -1)], x, scale, zero)
    #expect(last.elements(UInt8.self) == [1, 11, 3, 12, 5, 13, 7, 14])
    let back = try evaluateTensor(DequantizeLinearOp.self, [Attribute("axis", 1)], middle, scale, zero)
    expectClose(back, [1, 2, 4, 4, 5, 6, 8, 8], shape: [2, 2, 2], steps: 0)
    #expect(throws: (any Error).self) {
      try evaluateTensor(QuantizeLinearOp.self, [Attribute("axis", 1)], x, Tensor([1, 2, 3] as [Float]))
    }
  }

  @Test("Each block of an axis has its scale, the last block perhaps a part")
  func blocked() throws {
    let attributes = [Attribute("axis", 1), Attribute("block_size", 2)]
    let x = Tensor([2, 4, 6, 8, 10, 12] as [Float], [2, 3])
    let scale = Tensor([1, 2, 0.5, 4] as [Float], [2, 2])
    let result = try evaluateTensor(
      QuantizeLinearOp.self, attributes, x, scale, Tensor([0, 1, 2, 3] as [Int8], [2, 2]))
    #expect(result.elements(Int8.self) == [2, 4, 4, 18, 22, 6])
    let rows = try evaluateTensor(
      DequantizeLinearOp.self, [Attribute("axis", 0), Attribute("block_size", 2)],
      Tensor([1, 2, 3, 4, 5, 6] as [Int8], [3, 2]), Tensor([1, 10, 100, 1000] as [Float], [2, 2]))
    expectClose(rows, [1, 20, 3, 40, 500, 6000], steps: 0)
  }

  @Test("Packed types are whole where scales change in the middle of a byte")
  func packedTypes() throws {
    let x = Tensor([1, 2, 3, 4, 5, 6, 70, -70, 0] as [Float], [3, 3])
    let scale = Tensor([1, 2, 4] as [Float])
    let result = try evaluateTensor(
      QuantizeLinearOp.self,
      [Attribute("axis", 0), Attribute("output_dtype", Int(ElementType.int4.rawValue))],
      x, scale)
    #expect(result.elementType == .int4)
    #expect(result.bytes == [0x21, 0x23, 0x32, 0x87, 0x00])
    let back = try evaluateTensor(DequantizeLinearOp.self, [Attribute("axis", 0)], result, scale)
    expectClose(back, [1, 2, 3, 4, 4, 6, 28, -32, 0], shape: [3, 3], steps: 0)
    let twos = try evaluateTensor(
      DequantizeLinearOp.self, [], packed(.uint2, [4], [0b11_10_01_00]), Tensor(scalar: 3 as Float),
      packed(.uint2, [], [1]))
    expectClose(twos, [-3, 0, 3, 6], steps: 0)
  }

  @Test("The result has the scale's type, or the one asked for")
  func types() throws {
    let x = Tensor([10, -20] as [Int32])
    let half = try evaluateTensor(DequantizeLinearOp.self, [], x, Tensor(scalar: Half(0.5 as Float)))
    #expect(half.elementType == .float16)
    expectClose(half, [5, -10], steps: 0)
    let asked = try evaluateTensor(
      DequantizeLinearOp.self, [Attribute("output_dtype", Int(ElementType.bfloat16.rawValue))], x,
      Tensor(scalar: 0.5 as Float))
    #expect(asked.elementType == .bfloat16)
    #expect(throws: (any Error).self) {
      try evaluateTensor(
        QuantizeLinearOp.self, [Attribute("output_dtype", Int(ElementType.int8.rawValue))],
        Tensor([1] as [Float]), Tensor(scalar: 1 as Float), Tensor(scalar: 0 as UInt8))
    }
  }

  @Test("A quotient is rounded to the precision that is asked for before it is rounded to an integer")
  func precision() throws {
    // bfloat16 has steps of 8 at 1026.5.
    let x = Tensor([2053] as [Float])
    let scale = Tensor(scalar: 2 as Float)
    let zero = Tensor(scalar: 0 as Int16)
    let exact = try evaluateTensor(QuantizeLinearOp.self, [], x, scale, zero)
    #expect(exact.elements(Int16.self) == [1026])
    let coarse = try evaluateTensor(
      QuantizeLinearOp.self, [Attribute("precision", Int(ElementType.bfloat16.rawValue))], x, scale, zero)
    #expect(coarse.elements(Int16.self) == [1024])
  }

  @Test("Floats of 8 bits take the quotient as it is")
  func floats() throws {
    let zero = packed(.float8E4M3FN, [1], [0])
    let x = Tensor([0, 1, 2, 100_000, 195] as [Float])
    let result = try evaluateTensor(QuantizeLinearOp.self, [], x, Tensor([2] as [Float]), zero)
    #expect(result.bytes.prefix(4) == [0, 0x30, 0x38, 0x7E])
    let back = try evaluateTensor(DequantizeLinearOp.self, [], result, Tensor([2] as [Float]), zero)
    expectClose(back, [0, 1, 2, 896, 192], steps: 0)
  }

  @Test("The range of the data gives scale and zero point")
  func dynamic() throws {
    var generator = SeededGenerator(seed: 3)
    let x = Tensor.random([70_003], in: -1...3, using: &generator)
    let outputs = try evaluate(DynamicQuantizeLinearOp.self, inputs: [.tensor(x)], outputCount: 3)
    let y = try #require(outputs[0]?.tensor)
    let scale = try #require(outputs[1]?.tensor).elements(Float.self)[0]
    let zero = try #require(outputs[2]?.tensor).elements(UInt8.self)[0]
    let values: [Float] = x.elements()
    let range: Float = values.max()! - values.min()!
    #expect(scale == range / 255)
    #expect(zero == UInt8((-values.min()! / scale).rounded(.toNearestOrEven)))
    for (value, byte) in zip(values, y.elements(UInt8.self)) {
      let expected: Float = min(max((value / scale).rounded(.toNearestOrEven) + Float(zero), 0), 255)
      guard Float(byte) != expected else { continue }
      Issue.record("\(value) became \(byte) instead of \(expected)")
      break
    }
    let flat = try evaluate(
      DynamicQuantizeLinearOp.self, inputs: [.tensor(Tensor([0, 0] as [Float]))], outputCount: 3)
    #expect(flat[0]?.tensor?.elements(UInt8.self) == [0, 0])
  }
}
