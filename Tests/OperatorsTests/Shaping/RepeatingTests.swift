import Graphs
import Operators
import Tensors
import TestSupport
import Testing

@Suite struct RepeatingTests {
  @Test("Expand broadcasts in both directions")
  func expand() throws {
    let column = Tensor([1, 2] as [Float], [2, 1])
    let wide = try evaluateTensor(ExpandOp.self, [], column, Tensor([2, 1, 3] as [Int64]))
    expectClose(wide, [1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2], shape: [2, 2, 3])
    let kept = try evaluateTensor(ExpandOp.self, [], column, Tensor([1] as [Int64]))
    #expect(kept.shape == [2, 1])
  }

  @Test("Tile repeats every axis")
  func tile() throws {
    let data = Tensor([1, 2, 3, 4] as [Int16], [2, 2])
    let result = try evaluateTensor(TileOp.self, [], data, Tensor([2, 2] as [Int64]))
    #expect(result.shape == [4, 4])
    #expect(result.elements(Int16.self) == [1, 2, 1, 2, 3, 4, 3, 4, 1, 2, 1, 2, 3, 4, 3, 4])
    #expect(throws: ExecutionError.self) {
      try evaluateTensor(TileOp.self, [], data, Tensor([2, -1] as [Int64]))
    }
  }

  @Test("ConstantOfShape fills with its value, of any type")
  func constantOfShape() throws {
    let zeros = try evaluateTensor(ConstantOfShapeOp.self, [], Tensor([2, 2] as [Int64]))
    expectClose(zeros, [0, 0, 0, 0], shape: [2, 2])
    let nibble = Tensor(.int4, [1]) { $0.copyBytes(from: [0x0B]) }
    let filled = try evaluateTensor(
      ConstantOfShapeOp.self, [Attribute("value", .tensor(nibble))], Tensor([3] as [Int64]))
    #expect(filled.bytes == [0xBB, 0x0B])
    let words = try evaluateTensor(
      ConstantOfShapeOp.self, [Attribute("value", .tensor(Tensor(strings: ["x"], [1])))],
      Tensor([2] as [Int64]))
    #expect(words.strings?.elements == ["x", "x"])
    #expect(throws: ExecutionError.self) {
      try evaluateTensor(ConstantOfShapeOp.self, [], Tensor([-1] as [Int64]))
    }
  }

  @Test("Range counts up and down, and gives nothing where the limit lies behind the start")
  func range() throws {
    func range(_ start: Int64, _ limit: Int64, _ delta: Int64) throws -> [Int64] {
      try evaluateTensor(
        RangeOp.self, [], Tensor(scalar: start), Tensor(scalar: limit), Tensor(scalar: delta)
      ).elements()
    }
    #expect(try range(3, 9, 3) == [3, 6])
    #expect(try range(10, 4, -2) == [10, 8, 6])
    #expect(try range(1, 0, 1) == [])
    #expect(throws: ExecutionError.self) { try range(0, 5, 0) }
    #expect(throws: ExecutionError.self) { try range(0, .max, 1) }
    let floats = try evaluateTensor(
      RangeOp.self, [], Tensor(scalar: Float(0)), Tensor(scalar: Float(1)), Tensor(scalar: Float(0.3)))
    expectClose(floats, [0, 0.3, 0.6, 0.9])
  }
}
