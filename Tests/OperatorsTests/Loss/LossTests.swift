import Foundation
import Graphs
import Operators
import Tensors
import TestSupport
import Testing

@Suite struct LossTests {
  private let logs = Tensor([-1, -2, -3, -4, -5, -6] as [Float], [2, 3])
  private let labels = Tensor([2, 0] as [Int64])

  @Test("The mean is weighted, and ignored samples count as nothing")
  func negativeLogLikelihood() throws {
    let weights = Tensor([1, 1, 3] as [Float])
    expectClose(
      try evaluateTensor(NegativeLogLikelihoodLossOp.self, [], logs, labels), [3.5], shape: .scalar)
    expectClose(
      try evaluateTensor(NegativeLogLikelihoodLossOp.self, [], logs, labels, weights), [13.0 / 4],
      shape: .scalar)
    let none = try evaluateTensor(
      NegativeLogLikelihoodLossOp.self,
      [Attribute("reduction", "none"), Attribute("ignore_index", 2)], logs,
      labels)
    expectClose(none, [0, 4], shape: [2])
    #expect(throws: (any Error).self) {
      try evaluateTensor(NegativeLogLikelihoodLossOp.self, [], logs, Tensor([3, 0] as [Int64]))
    }
  }

  @Test("Cross entropy is the likelihood of the softmax, whose logarithm it gives too")
  func crossEntropy() throws {
    let scores = Tensor([0, 1, 2, 0, 0, 0] as [Float], [2, 3])
    let results = try evaluate(
      SoftmaxCrossEntropyLossOp.self, [Attribute("reduction", "sum")],
      inputs: [.tensor(scores), .tensor(labels)], outputCount: 2)
    let total: Double = log(1 + exp(1) + exp(2))
    expectClose(try #require(results[0]?.tensor), [total - 2 + log(3)], shape: .scalar)
    expectClose(
      try #require(results[1]?.tensor), [-total, 1 - total, 2 - total, -log(3), -log(3), -log(3)],
      steps: 8)
  }
}
