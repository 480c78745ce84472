import Graphs
import Operators
import Tensors
import TestSupport
import Testing

@Suite struct EinsumTests {
  private func run(_ equation: String, _ inputs: Tensor...) throws -> Tensor {
    let outputs = try evaluate(
      EinsumOp.self, [Attribute("equation", equation)], inputs: inputs.map { .tensor($0) })
    return try #require(outputs[0]?.tensor)
  }

  private let a = Tensor([1, 2, 3, 4, 5, 6] as [Float], [2, 3])
  private let b = Tensor([1, 0, 0, 1, 1, 1] as [Float], [3, 2])

  @Test("Products of two matrices, whatever way their axes and the result's lie")
  func products() throws {
    expectClose(try run("ij,jk->ik", a, b), [4, 5, 10, 11], shape: [2, 2])
    expectClose(try run("ij,jk->ki", a, b), [4, 10, 5, 11], shape: [2, 2])
    expectClose(
      try run("ji,kj->ik", a, Tensor([1, 2] as [Float], [1, 2])), [9, 12, 15], shape: [3, 1])
    expectClose(
      try run("i,j->ij", Tensor([1, 2] as [Float]), Tensor([3, 4] as [Float])), [3, 4, 6, 8])
    expectClose(
      try run("bij,bjk->bik", a.reshaped([2, 1, 3]), a.reshaped([2, 3, 1])), [14, 77],
      shape: [2, 1, 1])
  }

  @Test("Transposes, sums, diagonals, implicit outputs and ellipses")
  func others() throws {
    expectClose(try run("ij->ji", a), [1, 4, 2, 5, 3, 6], shape: [3, 2])
    expectClose(try run("ij->i", a), [6, 15], shape: [2])
    expectClose(try run("ba", a), [1, 4, 2, 5, 3, 6], shape: [3, 2])
    let square = Tensor([1, 2, 3, 4] as [Float], [2, 2])
    expectClose(try run("ii", square), [5], shape: .scalar)
    expectClose(try run("...ii->...i", square.reshaped([1, 2, 2])), [1, 4], shape: [1, 2])
    expectClose(
      try run("ij,j,i->", a, Tensor([1, 1, 2] as [Float]), Tensor([1, 10] as [Float])), [219])
  }

  @Test("Integers are exact, and an equation that does not fit is refused")
  func integers() throws {
    let x = Tensor([1 << 40, 3] as [Int64])
    #expect(
      try run("i,i->", x, Tensor([2, 5] as [Int64])).elements(Int64.self) == [(2 << 40) + 15])
    #expect(throws: (any Error).self) { try run("ijk->i", a) }
    #expect(throws: (any Error).self) { try run("ij,jk->il", a, b) }
    #expect(throws: (any Error).self) { try run("ij-ji", a) }
  }

  @Test("Determinants of a batch of matrices")
  func determinants() throws {
    let x = Tensor([1, 2, 3, 4, 0, 1, 1, 0] as [Float], [2, 2, 2])
    expectClose(try evaluateTensor(DetOp.self, [], x), [-2, -1], shape: [2])
  }
}
