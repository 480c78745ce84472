import Graphs
import Operators
import Tensors
import TestSupport
import Testing

@Suite struct GatherByPositionTests {
  @Test("Elements are picked along an axis, each at its own place")
  func elements() throws {
    let data = Tensor([1, 2, 3, 4, 5, 6, 7, 8, 9] as [Float], [3, 3])
    let result = try evaluateTensor(
      GatherElementsOp.self, [], data, Tensor([1, 2, 0, 2, 0, -3] as [Int32], [2, 3]))
    expectClose(result, [4, 8, 3, 7, 2, 3], shape: [2, 3])
    #expect(throws: ExecutionError.self) {
      try evaluateTensor(GatherElementsOp.self, [], data, Tensor([3] as [Int64], [1, 1]))
    }
  }

  @Test("Tuples pick elements or slices, batch by batch")
  func tuples() throws {
    let data = Tensor([0, 1, 2, 3, 4, 5, 6, 7] as [Int16], [2, 2, 2])
    let slices = try evaluateTensor(GatherNDOp.self, [], data, Tensor([0, 1, 1, 0] as [Int64], [2, 2]))
    #expect(slices.elements(Int16.self) == [2, 3, 4, 5])
    let batched = try evaluateTensor(
      GatherNDOp.self, [Attribute("batch_dims", 1)], data, Tensor([1, 0] as [Int64], [2, 1]))
    #expect(batched.elements(Int16.self) == [2, 3, 4, 5])
    #expect(throws: ExecutionError.self) {
      try evaluateTensor(GatherNDOp.self, [], data, Tensor([2] as [Int64], [1, 1]))
    }
  }

  @Test("OneHot marks the index, on any axis, and nothing where it is out of range")
  func oneHot() throws {
    let values = Tensor([2, 5] as [Float])
    let result = try evaluateTensor(
      OneHotOp.self, [Attribute("axis", 0)], Tensor([0, -1, 7] as [Int64]), Tensor(scalar: Float(3)), values)
    expectClose(result, [5, 2, 2, 2, 2, 2, 2, 5, 2], shape: [3, 3])
    let words = try evaluateTensor(
      OneHotOp.self, [], Tensor([1] as [Int32]), Tensor([2] as [Int64]), Tensor(strings: ["no", "yes"], [2]))
    #expect(words.strings?.elements == ["no", "yes"])
  }

  @Test("Sequences are reversed up to their length")
  func reverse() throws {
    let data = Tensor((0..<16).map { Float($0) }, [4, 4])
    let attributes = [Attribute("time_axis", 1), Attribute("batch_axis", 0)]
    let result = try evaluateTensor(
      ReverseSequenceOp.self, attributes, data, Tensor([1, 2, 3, 4] as [Int64]))
    expectClose(result, [0, 1, 2, 3, 5, 4, 6, 7, 10, 9, 8, 11, 15, 14, 13, 12])
    #expect(throws: ExecutionError.self) {
      try evaluateTensor(ReverseSequenceOp.self, attributes, data, Tensor([1, 2, 3, 5] as [Int64]))
    }
  }
}
