import Graphs
import Operators
import Tensors
import TestSupport
import Testing

@Suite struct ReshapeTests {
  private let four = Tensor([1, 2, 3, 4] as [Float], [2, 2])

  @Test("A shape without elements is that of one element, and refused for more or none")
  func scalar() throws {
    let none = Tensor([] as [Int64])
    #expect(try evaluateTensor(ReshapeOp.self, [], Tensor([7] as [Float]), none).shape == .scalar)
    #expect(throws: (any Error).self) { try evaluateTensor(ReshapeOp.self, [], four, none) }
    #expect(throws: (any Error).self) { try evaluateTensor(ReshapeOp.self, [], Tensor([] as [Float]), none) }
  }

  @Test("Axes of several elements are not squeezed, named by one input or all by a run's")
  func squeeze() throws {
    let one = Tensor([5] as [Float], [1, 1])
    #expect(
      try evaluateTensor(SqueezeOp.self, [], one, Tensor([0, 1] as [Int64])).shape == .scalar)
    for axes in [[0], [0, 1]] as [[Int64]] {
      #expect(throws: (any Error).self) { try evaluateTensor(SqueezeOp.self, [], four, Tensor(axes)) }
    }
  }
}
