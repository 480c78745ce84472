import Graphs
import Operators
import Tensors
import TestSupport
import Testing

@Suite struct GatherTests {
  @Test("Indices pick rows or columns, negative ones from the end, of either integer type")
  func picks() throws {
    let data = Tensor([1, 1.2, 1.9, 2.3, 3.4, 3.9, 4.5, 5.7, 5.9] as [Float], [3, 3])
    let columns = try evaluateTensor(
      GatherOp.self, [Attribute("axis", 1)], data, Tensor([0, -1] as [Int32], [1, 2]))
    expectClose(columns, [1, 1.9, 2.3, 3.9, 4.5, 5.9].map { Double(Float($0)) }, shape: [3, 1, 2])
    let row = try evaluateTensor(GatherOp.self, [], data, Tensor(scalar: Int64(-2)))
    expectClose(row, [2.3, 3.4, 3.9].map { Double(Float($0)) }, shape: [3])
  }

  @Test("Strings and packed elements are picked like any others")
  func otherElements() throws {
    let words = try evaluateTensor(
      GatherOp.self, [], Tensor(strings: ["a", "b", "c"], [3]), Tensor([2, 0] as [Int64]))
    #expect(words.strings?.elements == ["c", "a"])
    let nibbles = Tensor(.int4, [3]) { $0.copyBytes(from: [0x21, 0x03]) }
    let picked = try evaluateTensor(GatherOp.self, [], nibbles, Tensor([2, 0] as [Int64]))
    #expect(picked.bytes == [0x13])
  }

  @Test("An index out of range is an error that says which")
  func refusal() {
    let data = Tensor([1, 2] as [Float])
    for index in [Int64(2), -3, .max, .min] {
      #expect(throws: ExecutionError.self) {
        try evaluateTensor(GatherOp.self, [], data, Tensor([0, index]))
      }
    }
  }
}
