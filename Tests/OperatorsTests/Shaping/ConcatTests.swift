import Graphs
import Operators
import Tensors
import TestSupport
import Testing

@Suite struct ConcatTests {
  @Test("Inputs follow each other along the axis, empty ones too")
  func joins() throws {
    let a = Tensor([1, 2, 3, 4] as [Float], [2, 2])
    let b = Tensor([5, 6] as [Float], [2, 1])
    let empty = Tensor([] as [Float], [2, 0])
    let result = try evaluateTensor(ConcatOp.self, [Attribute("axis", -1)], a, empty, b)
    expectClose(result, [1, 2, 5, 3, 4, 6], shape: [2, 3])
  }

  @Test("Strings and packed elements are joined like any others")
  func otherElements() throws {
    let words = try evaluateTensor(
      ConcatOp.self, [Attribute("axis", 0)], Tensor(strings: ["a"], [1]), Tensor(strings: ["b", "c"], [2]))
    #expect(words.strings?.elements == ["a", "b", "c"])
    let one = Tensor(.uint4, [1]) { $0.copyBytes(from: [0x01]) }
    let two = Tensor(.uint4, [2]) { $0.copyBytes(from: [0x32]) }
    let joined = try evaluateTensor(ConcatOp.self, [Attribute("axis", 0)], one, two)
    #expect(joined.bytes == [0x21, 0x03])
  }

  @Test("Other extents that differ are refused")
  func refusal() {
    #expect(throws: ExecutionError.self) {
      try evaluateTensor(
        ConcatOp.self, [Attribute("axis", 0)], Tensor([1, 2] as [Float], [1, 2]),
        Tensor([1] as [Float], [1, 1]))
    }
  }

  @Test("What is split is joined again, for every axis and type width")
  func roundTrip() throws {
    let shape: Shape = [24, 31, 130]
    let values = (0..<shape.count).map { UInt16(truncatingIfNeeded: $0 &* 7919) }
    let data = Tensor(values, shape)
    for axis in 0..<3 {
      let rest: Int = shape[axis] - 12
      let parts = try evaluate(
        SplitOp.self, [Attribute("axis", axis)],
        inputs: [.tensor(data), .tensor(Tensor([5, 0, 7, Int64(rest)]))], outputCount: 4)
      let joined = try evaluate(ConcatOp.self, [Attribute("axis", axis)], inputs: parts)
      #expect(joined[0]?.tensor?.elements(UInt16.self) == values)
    }
  }
}
