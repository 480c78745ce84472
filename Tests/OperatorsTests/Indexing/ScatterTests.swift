import Graphs
import Operators
import Tensors
import TestSupport
import Testing

@Suite struct ScatterTests {
  private let data = Tensor([1, 2, 3, 4, 5] as [Float], [1, 5])

  @Test("Updates replace or are combined, in order, negative indices from the end")
  func elements() throws {
    let indices = Tensor([1, -2, 1] as [Int64], [1, 3])
    let updates = Tensor([1.5, 2.5, 4] as [Float], [1, 3])
    func scatter(_ reduction: String) throws -> Tensor {
      try evaluateTensor(
        ScatterElementsOp.self, [Attribute("axis", 1), Attribute("reduction", reduction)], data, indices,
        updates)
    }
    expectClose(try scatter("none"), [1, 4, 3, 2.5, 5])
    expectClose(try scatter("add"), [1, 7.5, 3, 6.5, 5])
    expectClose(try scatter("mul"), [1, 12, 3, 10, 5])
    expectClose(try scatter("max"), [1, 4, 3, 4, 5])
    expectClose(try scatter("min"), [1, 1.5, 3, 2.5, 5])
  }

  @Test("The former name means the same, and strings are scattered too")
  func others() throws {
    let result = try evaluateTensor(
      ScatterOp.self, [Attribute("axis", 1)], data, Tensor([0] as [Int32], [1, 1]),
      Tensor([9] as [Float], [1, 1]))
    expectClose(result, [9, 2, 3, 4, 5])
    let words = try evaluateTensor(
      ScatterElementsOp.self, [], Tensor(strings: ["a", "b"], [2]), Tensor([1] as [Int64]),
      Tensor(strings: ["c"], [1]))
    #expect(words.strings?.elements == ["a", "c"])
  }

  @Test("Tuples address elements or slices")
  func tuples() throws {
    let line = Tensor([1, 2, 3, 4, 5, 6, 7, 8] as [Int32])
    let points = try evaluateTensor(
      ScatterNDOp.self, [], line, Tensor([4, 3, 1, -1] as [Int64], [4, 1]),
      Tensor([9, 10, 11, 12] as [Int32]))
    #expect(points.elements(Int32.self) == [1, 11, 3, 10, 9, 6, 7, 12])
    let rows = try evaluateTensor(
      ScatterNDOp.self, [Attribute("reduction", "add")], line.reshaped([4, 2]),
      Tensor([1, 1] as [Int64], [2, 1]),
      Tensor([10, 20, 100, 200] as [Int32], [2, 2]))
    #expect(rows.elements(Int32.self) == [1, 2, 113, 224, 5, 6, 7, 8])
  }

  @Test("Indices out of range and updates of another shape are refused")
  func refusals() {
    #expect(throws: ExecutionError.self) {
      try evaluateTensor(
        ScatterElementsOp.self, [Attribute("axis", 1)], data, Tensor([5] as [Int64], [1, 1]),
        Tensor([9] as [Float], [1, 1]))
    }
    #expect(throws: ExecutionError.self) {
      try evaluateTensor(
        ScatterNDOp.self, [], data, Tensor([.min, 0] as [Int64], [1, 2]), Tensor([9] as [Float]))
    }
    #expect(throws: ExecutionError.self) {
      try evaluateTensor(ScatterNDOp.self, [], data, Tensor([0] as [Int64], [1, 1]), Tensor([9] as [Float]))
    }
  }

  @Test("A cache is written from each entry's index on, around the end in circular mode")
  func cache() throws {
    let past = Tensor([1, 2, 3, 4, 5, 6, 7, 8] as [Float], [2, 4, 1])
    let update = Tensor([10, 20, 30, 40] as [Float], [2, 2, 1])
    let circular = try evaluateTensor(
      TensorScatterOp.self, [Attribute("mode", "circular")], past, update, Tensor([1, 3] as [Int64]))
    expectClose(circular, [1, 10, 20, 4, 40, 6, 7, 30])
    #expect(throws: ExecutionError.self) {
      try evaluateTensor(TensorScatterOp.self, [], past, update, Tensor([1, 3] as [Int64]))
    }
  }
}
