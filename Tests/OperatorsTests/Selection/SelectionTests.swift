import Graphs
import Operators
import Tensors
import TestSupport
import Testing

@Suite struct SelectionTests {
  @Test("The largest come first, of equal ones the lower index, a NaN before all")
  func topK() throws {
    let data = Tensor([1, .nan, 3, 3, 2, -1] as [Float])
    let result = try evaluate(
      TopKOp.self, inputs: [.tensor(data), .tensor(Tensor([4] as [Int64]))], outputCount: 2)
    #expect(result[1]?.tensor?.elements(Int64.self) == [1, 2, 3, 4])
    let smallest = try evaluate(
      TopKOp.self, [Attribute("largest", 0), Attribute("axis", 0)],
      inputs: [.tensor(Tensor([3, 1, 2, 0, 5, 4] as [UInt8], [3, 2])), .tensor(Tensor([2] as [Int64]))],
      outputCount: 2)
    #expect(smallest[0]?.tensor?.elements(UInt8.self) == [2, 0, 3, 1])
    #expect(smallest[1]?.tensor?.elements(Int64.self) == [1, 1, 0, 0])
  }

  @Test("TopK of a long axis is the head of the sorted axis")
  func topKOfMany() throws {
    var generator = SeededGenerator(seed: 11)
    let data = Tensor.random([5000], using: &generator)
    let result = try evaluateTensor(TopKOp.self, [], data, Tensor([37] as [Int64]))
    #expect(result.elements(Float.self) == Array(data.elements(Float.self).sorted(by: >).prefix(37)))
    #expect(throws: ExecutionError.self) {
      try evaluateTensor(TopKOp.self, [], data, Tensor([5001] as [Int64]))
    }
  }

  @Test("Unique elements are sorted, or stand in the order of their first occurrence")
  func unique() throws {
    let data = Value.tensor(Tensor([2, 1, 1, 3, 4, 3] as [Float]))
    let unsorted = try evaluate(UniqueOp.self, [Attribute("sorted", 0)], inputs: [data], outputCount: 4)
    #expect(unsorted[0]?.tensor?.elements(Float.self) == [2, 1, 3, 4])
    #expect(
      unsorted.dropFirst().map { $0?.tensor?.elements(Int64.self) } == [
        [0, 1, 3, 4], [0, 1, 1, 2, 3, 2], [1, 2, 2, 1],
      ])
    let words = try evaluateTensor(UniqueOp.self, [], Tensor(strings: ["b", "a", "b"], [3]))
    #expect(words.strings?.elements == ["a", "b"])
  }

  @Test("Unique slices are compared element by element")
  func uniqueSlices() throws {
    let data = Tensor([1, 0, 0, 1, 0, 0, 2, 3, 4] as [Int64], [3, 3])
    let result = try evaluateTensor(UniqueOp.self, [Attribute("axis", 0)], data)
    #expect(result.shape == [2, 3])
    #expect(result.elements(Int64.self) == [1, 0, 0, 2, 3, 4])
  }

  @Test("Compress keeps what the condition says and NonZero tells where")
  func filters() throws {
    let data = Tensor([1, 2, 3, 4, 5, 6] as [Int32], [3, 2])
    let rows = try evaluateTensor(CompressOp.self, [Attribute("axis", 0)], data, Tensor([false, true, true]))
    #expect(rows.elements(Int32.self) == [3, 4, 5, 6])
    let flat = try evaluateTensor(CompressOp.self, [], data, Tensor([true, false, true]))
    #expect(flat.elements(Int32.self) == [1, 3])
    #expect(throws: ExecutionError.self) {
      try evaluateTensor(CompressOp.self, [Attribute("axis", 1)], data, Tensor([false, false, true]))
    }
    let places = try evaluateTensor(NonZeroOp.self, [], Tensor([1, 0, -0.0, .nan] as [Float], [2, 2]))
    #expect(places.elements(Int64.self) == [0, 1, 0, 1])
  }

  @Test("Boxes that overlap a better one are left out")
  func suppression() throws {
    let boxes = Tensor([0, 0, 1, 1, 0, 0.1, 1, 1.1, 0, 10, 1, 11] as [Float], [1, 3, 4])
    let scores = Tensor([0.9, 0.75, 0.6] as [Float], [1, 1, 3])
    func select(_ threshold: Float) throws -> [Int64] {
      try evaluateTensor(
        NonMaxSuppressionOp.self, [], boxes, scores, Tensor([3] as [Int64]), Tensor([threshold]),
        Tensor([0] as [Float])
      ).elements()
    }
    #expect(try select(0.5) == [0, 0, 0, 0, 0, 2])
    #expect(try select(0.9) == [0, 0, 0, 0, 0, 1, 0, 0, 2])
    #expect(throws: ExecutionError.self) { try select(1.5) }
  }
}
