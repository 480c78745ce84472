import Foundation
import Graphs
import Operators
import Tensors
import TestSupport
import Testing

@Suite struct NormalizationTests {
  /// Rows of `columns`, each brought to mean 0 and variance 1.
  private func normalized(_ x: [Double], columns: Int, epsilon: Double) -> [Double] {
    stride(from: 0, to: x.count, by: columns).flatMap { start in
      let row: ArraySlice<Double> = x[start..<start + columns]
      let mean: Double = row.reduce(0, +) / Double(columns)
      let variance: Double = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(columns)
      return row.map { ($0 - mean) / (variance + epsilon).squareRoot() }
    }
  }

  @Test(
    "LayerNormalization normalizes the axes from its own on, and gives mean and inverse deviation")
  func layer() throws {
    var generator = SeededGenerator(seed: 3)
    let x = Tensor.random([3, 5, 7], using: &generator)
    let (gain, offset) = (
      Tensor.random([5, 7], using: &generator), Tensor.random([5, 7], using: &generator)
    )
    let results = try evaluate(
      LayerNormalizationOp.self, [Attribute("axis", 1)],
      inputs: [.tensor(x), .tensor(gain), .tensor(offset)], outputCount: 3)
    let plain: [Double] = normalized(x.doubles, columns: 35, epsilon: 1e-5)
    let expected: [Double] = plain.indices.map {
      plain[$0] * gain.doubles[$0 % 35] + offset.doubles[$0 % 35]
    }
    expectClose(try #require(results[0]?.tensor), expected, shape: [3, 5, 7], steps: 8, scale: 2)
    #expect(results[1]?.tensor?.shape == [3, 1, 1])
    #expect(results[2]?.tensor?.shape == [3, 1, 1])
  }

  @Test("A scale that varies over rows, and float64, are normalized alike")
  func broadcastScale() throws {
    let x: [Double] = [1, 3, 2, 6]
    let plain: [Double] = normalized(x, columns: 2, epsilon: Double(1e-5 as Float))
    let expected: [Double] = [plain[0] * 2, plain[1] * 2, plain[2] * 5, plain[3] * 5]
    let single = try evaluateTensor(
      LayerNormalizationOp.self, [], Tensor(x.map { Float($0) }, [2, 2]),
      Tensor([2, 5] as [Float], [2, 1]))
    expectClose(single, expected, shape: [2, 2], steps: 8)
    let double = try evaluateTensor(
      LayerNormalizationOp.self, [], Tensor(x, [2, 2]), Tensor([2, 5] as [Double], [2, 1]))
    expectClose(double, expected, shape: [2, 2], steps: 16)
  }

  @Test(
    "BatchNormalization uses the given statistics, or in training the batch's and updates the running ones"
  )
  func batch() throws {
    let x = Tensor([1, 2, 3, 4, 5, 6, 7, 8] as [Float], [2, 2, 2])
    let (scale, bias) = (Tensor([1, 2] as [Float]), Tensor([0, 1] as [Float]))
    let (mean, variance) = (Tensor([1, 2] as [Float]), Tensor([4, 1] as [Float]))
    let inputs: [Value?] = [
      .tensor(x), .tensor(scale), .tensor(bias), .tensor(mean), .tensor(variance),
    ]
    let plain = try evaluate(
      BatchNormalizationOp.self, [Attribute("epsilon", 0 as Float)], inputs: inputs)
    expectClose(try #require(plain[0]?.tensor), [0, 0.5, 3, 5, 2, 2.5, 11, 13], shape: [2, 2, 2])
    let trained = try evaluate(
      BatchNormalizationOp.self,
      [Attribute("training_mode", 1), Attribute("momentum", 0.5 as Float)],
      inputs: inputs, outputCount: 3)
    // Channel 0 holds 1, 2, 5, 6: mean 3.5, variance 4.25; channel 1 is 2 higher.
    expectClose(try #require(trained[1]?.tensor), [2.25, 3.75])
    expectClose(try #require(trained[2]?.tensor), [4.125, 2.625])
    let first: Double = (1 - 3.5) / (4.25 + 1e-5).squareRoot()
    #expect(abs(try #require(trained[0]?.tensor).doubles[0] - first) < 1e-6)
  }

  @Test("Group and instance normalization normalize their own part of the channels")
  func groups() throws {
    let x: [Double] = [1, 2, 3, 5, 8, 13, 21, 34]
    let tensor = Tensor(x.map { Float($0) }, [1, 4, 2])
    let (gain, offset) = (Tensor([1, 1, 1, 2] as [Float]), Tensor([0, 0, 0, 1] as [Float]))
    func expected(_ columns: Int) -> [Double] {
      let plain: [Double] = normalized(x, columns: columns, epsilon: 1e-5)
      return plain.indices.map { $0 < 6 ? plain[$0] : 2 * plain[$0] + 1 }
    }
    let grouped = try evaluateTensor(
      GroupNormalizationOp.self, [Attribute("num_groups", 2)], tensor, gain, offset)
    expectClose(grouped, expected(4), shape: [1, 4, 2], steps: 16, scale: 2)
    let instance = try evaluateTensor(InstanceNormalizationOp.self, [], tensor, gain, offset)
    expectClose(instance, expected(2), shape: [1, 4, 2], steps: 64, scale: 2)
  }

  @Test(
    "Softmax sums to one along its axis, and before operator set 13 over all axes from its own on")
  func softmax() throws {
    let x = Tensor([0, 1, 2, 3] as [Float], [1, 2, 2])
    let e: [Double] = (0..<4).map { exp(Double($0)) }
    let inner = try evaluateTensor(SoftmaxOp.self, [], x)
    expectClose(
      inner,
      [e[0] / (e[0] + e[1]), e[1] / (e[0] + e[1]), e[2] / (e[2] + e[3]), e[3] / (e[2] + e[3])])
    let outer = try evaluateTensor(SoftmaxOp.self, [Attribute("axis", 1)], x)
    expectClose(
      outer,
      [e[0] / (e[0] + e[2]), e[1] / (e[1] + e[3]), e[2] / (e[0] + e[2]), e[3] / (e[1] + e[3])])
    let old = try evaluateTensor(SoftmaxOp.self, version: 11, [], x)
    let total: Double = e.reduce(0, +)
    expectClose(old, e.map { $0 / total }, shape: [1, 2, 2])
    let logs = try evaluateTensor(LogSoftmaxOp.self, version: 11, [], x)
    expectClose(logs, e.map { log($0 / total) }, shape: [1, 2, 2])
  }

  @Test("Hardmax marks the first of the largest elements")
  func hardmax() throws {
    let x = Tensor([1, 3, 3, 2, 2, 1] as [Float], [2, 3])
    expectClose(try evaluateTensor(HardmaxOp.self, [], x), [0, 1, 0, 1, 0, 0], shape: [2, 3])
    expectClose(
      try evaluateTensor(HardmaxOp.self, [Attribute("axis", 0)], x), [0, 1, 1, 1, 0, 0],
      shape: [2, 3])
  }

  @Test("A row of zeros stays zero when it is divided by its norm")
  func norms() throws {
    let x = Tensor([3, 4, 0, 0] as [Float], [2, 2])
    expectClose(
      try evaluateTensor(LpNormalizationOp.self, [], x), [0.6, 0.8, 0, 0], shape: [2, 2])
    let sums = try evaluateTensor(LpNormalizationOp.self, [Attribute("p", 1)], x)
    expectClose(sums, [3.0 / 7, 4.0 / 7, 0, 0], shape: [2, 2])
  }
}
