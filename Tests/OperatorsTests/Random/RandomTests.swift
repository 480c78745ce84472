import Graphs
import Operators
import Tensors
import TestSupport
import Testing

@Suite struct RandomTests {
  private let seed = Attribute("seed", 5 as Float)

  private func moments(_ values: [Double]) -> (mean: Double, deviation: Double) {
    let mean: Double = values.reduce(0, +) / Double(values.count)
    let variance: Double = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
    return (mean, variance.squareRoot())
  }

  @Test("Normal numbers have the mean and the deviation that were asked for")
  func normal() throws {
    let result = try evaluateTensor(
      RandomNormalOp.self,
      [seed, Attribute("shape", [200, 500]), Attribute("mean", 3 as Float), Attribute("scale", 2 as Float)])
    #expect(result.shape == [200, 500])
    let (mean, deviation) = moments(result.doubles)
    #expect(abs(mean - 3) < 0.03)
    #expect(abs(deviation - 2) < 0.03)
    let outside: Int = result.doubles.filter { abs($0 - 3) > 4 }.count
    #expect(abs(Double(outside) / 100_000 - 0.0455) < 0.004)
  }

  @Test("Uniform numbers fill their interval evenly and stay inside")
  func uniform() throws {
    let like = Tensor([UInt8](repeating: 0, count: 50_000))
    let result = try evaluateTensor(
      RandomUniformLikeOp.self,
      [seed, Attribute("dtype", 11), Attribute("low", -1 as Float), Attribute("high", 3 as Float)], like)
    #expect(result.elementType == .float64)
    #expect(result.doubles.allSatisfy { $0 >= -1 && $0 < 3 })
    let (mean, deviation) = moments(result.doubles)
    #expect(abs(mean - 1) < 0.03)
    #expect(abs(deviation - 4 / 12.0.squareRoot()) < 0.02)
  }

  @Test("A seed gives the same numbers again, no seed gives others")
  func seeds() throws {
    let shape = Attribute("shape", [64])
    let first = try evaluateTensor(RandomUniformOp.self, [shape, seed]).doubles
    #expect(try evaluateTensor(RandomUniformOp.self, [shape, seed]).doubles == first)
    let free = try evaluateTensor(RandomUniformOp.self, [shape]).doubles
    #expect(try evaluateTensor(RandomUniformOp.self, [shape]).doubles != free)
  }

  @Test("Ones come as often as their probability says")
  func bernoulli() throws {
    let p = Tensor([Float](repeating: 0.3, count: 20_000) + [0, 1])
    let result = try evaluateTensor(BernoulliOp.self, [seed, Attribute("dtype", 9)], p)
    let drawn: [Bool] = result.elements()
    #expect(drawn.suffix(2) == [false, true])
    let share: Double = Double(drawn.filter { $0 }.count) / 20_000
    #expect(abs(share - 0.3) < 0.02)
  }

  @Test("Classes are drawn as often as their log-probabilities say")
  func multinomial() throws {
    let weights: [Float] = [0, Float(2).logarithm, -.infinity, Float(5).logarithm]
    let x = Tensor(weights + weights, [2, 4])
    let result = try evaluateTensor(
      MultinomialOp.self, [seed, Attribute("sample_size", 20_000), Attribute("dtype", 7)], x)
    #expect(result.shape == [2, 20_000])
    var counts = [Double](repeating: 0, count: 4)
    for choice in result.elements(Int64.self) { counts[Int(choice)] += 1 / 40_000 }
    for (count, expected) in zip(counts, [0.125, 0.25, 0, 0.625]) { #expect(abs(count - expected) < 0.01) }
  }

  @Test("Types that can't be drawn and shapes that are none are refused")
  func refused() {
    #expect(throws: GraphError.self) {
      try evaluateTensor(RandomNormalOp.self, [Attribute("shape", [2]), Attribute("dtype", 6)])
    }
    #expect(throws: GraphError.self) { try evaluateTensor(RandomNormalOp.self, [Attribute("shape", [-2])]) }
    #expect(throws: (any Error).self) {
      try evaluateTensor(RandomUniformLikeOp.self, [], Tensor([1] as [Int32]))
    }
  }
}

extension Float {
  fileprivate var logarithm: Float { self == 2 ? 0.693_147_2 : 1.609_437_9 }
}
