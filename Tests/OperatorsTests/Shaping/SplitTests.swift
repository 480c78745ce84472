import Graphs
import Operators
import Tensors
import TestSupport
import Testing

@Suite struct SplitTests {
  private let data = Tensor([1, 2, 3, 4, 5, 6, 7] as [Float])

  @Test("An axis that does not divide leaves the last part shorter")
  func uneven() throws {
    let parts = try evaluate(
      SplitOp.self, [Attribute("num_outputs", 4)], inputs: [.tensor(data)], outputCount: 4)
    #expect(parts.map { $0?.tensor?.elements(Float.self) } == [[1, 2], [3, 4], [5, 6], [7]])
  }

  @Test("Lengths come from the attribute before version 13 and from the input since")
  func lengths() throws {
    let old = try evaluate(
      SplitOp.self, version: 11, [Attribute("split", [3, 4])], inputs: [.tensor(data)], outputCount: 2)
    let new = try evaluate(
      SplitOp.self, inputs: [.tensor(data), .tensor(Tensor([3, 4] as [Int64]))], outputCount: 2)
    for parts in [old, new] {
      #expect(parts.map { $0?.tensor?.elements(Float.self) } == [[1, 2, 3], [4, 5, 6, 7]])
    }
  }

  @Test("Lengths that don't sum up to the axis are refused")
  func refusal() {
    #expect(throws: ExecutionError.self) {
      try evaluate(
        SplitOp.self, inputs: [.tensor(data), .tensor(Tensor([3, 5] as [Int64]))], outputCount: 2)
    }
  }
}
