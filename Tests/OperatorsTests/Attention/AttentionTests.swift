import Foundation
import Graphs
import Operators
import Tensors
import TestSupport
import Testing

@Suite struct AttentionTests {
  /// Attention of one head in float64; `allowed` says which key a query may attend.
  private func reference(
    _ q: [Double], _ k: [Double], _ v: [Double], size: Int, allowed: (Int, Int) -> Bool
  ) -> [Double] {
    let (queries, keys): (Int, Int) = (q.count / size, k.count / size)
    var result: [Double] = []
    for i in 0..<queries {
      var weights: [Double] = []
      for j in 0..<keys {
        let score: Double = (0..<size).reduce(0) { $0 + q[i * size + $1] * k[j * size + $1] }
        weights.append(allowed(i, j) ? exp(score / Double(size).squareRoot()) : 0)
      }
      let total: Double = weights.reduce(0, +)
      for d in 0..<size {
        let sum: Double = (0..<keys).reduce(0) { $0 + weights[$1] * v[$1 * size + d] }
        result.append(total == 0 ? 0 : sum / total)
      }
    }
    return result
  }

  private func tensors(queries: Int, keys: Int, size: Int) -> [Tensor] {
    var generator = SeededGenerator(seed: 11)
    return [queries, keys, keys].map { .random([1, 1, $0, size], using: &generator) }
  }

  @Test("Every query attends all keys, more of them than one block holds")
  func plain() throws {
    let all: [Tensor] = tensors(queries: 100, keys: 70, size: 8)
    let result = try evaluateTensor(AttentionOp.self, [], all[0], all[1], all[2])
    let expected: [Double] = reference(
      all[0].doubles, all[1].doubles, all[2].doubles, size: 8, allowed: { _, _ in true })
    expectClose(result, expected, shape: [1, 1, 100, 8], steps: 64, scale: 1)
  }

  @Test("More keys than a tile has, in a causal window under an additive mask", arguments: [false, true])
  func severalTiles(hasMask: Bool) throws {
    let all: [Tensor] = tensors(queries: 1100, keys: 1100, size: 4)
    var inputs: [Tensor?] = all
    if hasMask {
      // Every seventh key is excluded; the first 600 queries attend nothing among the first 20 keys.
      let added: [Float] = (0..<1100 * 1100).map { place in
        let (i, j): (Int, Int) = (place / 1100, place % 1100)
        return j % 7 == 3 || (i < 600 && j < 20) ? -.infinity : 0
      }
      inputs.append(Tensor(added, [1100, 1100]))
    }
    let results = try evaluate(
      AttentionOp.self, [Attribute("is_causal", 1), Attribute("left_window_size", 700)],
      inputs: inputs.map { $0.map { .tensor($0) } }, outputCount: 1)
    let expected: [Double] = reference(
      all[0].doubles, all[1].doubles, all[2].doubles, size: 4,
      allowed: { i, j in
        j <= i && j >= i - 700 && !(hasMask && (j % 7 == 3 || (i < 600 && j < 20)))
      })
    expectClose(
      try #require(results[0]?.tensor), expected, shape: [1, 1, 1100, 4], steps: 256, scale: 1)
  }

  @Test(
    "Inputs that don't fit each other are refused before a kernel reads them",
    arguments: [
      [[2, 4, 5, 8], [1, 4, 6, 8], [2, 4, 6, 8]],  // images of K
      [[2, 4, 5, 8], [2, 4, 6, 8], [1, 4, 6, 8]],  // images of V
      [[2, 4, 5, 8], [2, 4, 6, 8], [2, 2, 6, 8]],  // heads of V
      [[2, 4, 5, 8], [2, 4, 6, 8], [2, 4, 6, 8], [1, 2, 5, 6]],  // heads of the mask
      [[2, 4, 5, 8], [2, 4, 6, 8], [2, 4, 6, 8], [3, 1, 5, 6]],  // images of the mask
      [[2, 4, 5, 8], [2, 4, 6, 8], [2, 4, 6, 8], [4, 6]],  // queries of the mask
      [[2, 4, 5, 8], [2, 4, 6, 8], [2, 4, 6, 8], [5, 7]],  // keys of the mask
      [[2, 4, 5, 8], [2, 4, 6, 8], [2, 4, 6, 8], nil, [2, 1, 3, 8], [2, 4, 3, 8]],  // heads of the past
      [[2, 4, 5, 8], [2, 4, 6, 8], [2, 4, 6, 8], nil, [2, 4, 3, 8], [2, 4, 2, 8]],  // past values
      [[2, 4, 5, 8], [2, 4, 6, 8], [2, 4, 6, 8], nil, [2, 4, 3, 4], [2, 4, 3, 8]],  // size of past keys
      [[2, 4, 5, 8], [2, 4, 6, 8], [2, 4, 6, 8], nil, [192], [192]],  // rank of the past
    ] as [[[Int]?]])
  func misfits(shapes: [[Int]?]) {
    var generator = SeededGenerator(seed: 5)
    let inputs: [Value?] = shapes.map { $0.map { .tensor(.random(Shape($0), using: &generator)) } }
    #expect(throws: ExecutionError.self) {
      try evaluate(AttentionOp.self, [], inputs: inputs, outputCount: 3)
    }
  }

  @Test("A length for each image is asked for, not fewer")
  func paddedLengths() throws {
    func y(_ lengths: [Int64]) throws {
      let all: [Tensor] = [5, 6, 6].map { Tensor([Float](repeating: 1, count: 8 * $0), [2, 1, $0, 4]) }
      let inputs: [Value?] = all.map { .tensor($0) } + [nil, nil, nil, .tensor(Tensor(lengths))]
      _ = try evaluate(AttentionOp.self, [], inputs: inputs, outputCount: 1)
    }
    try y([3, 4])
    #expect(throws: ExecutionError.self) { try y([3]) }
  }

  @Test("Scores asked for change nothing of the result")
  func scoresBeside() throws {
    let all: [Tensor] = tensors(queries: 60, keys: 530, size: 8)
    let attributes: [Attribute] = [Attribute("softcap", Float(2))]
    let plain = try evaluate(
      AttentionOp.self, attributes, inputs: all.map { .tensor($0) }, outputCount: 1)
    let beside = try evaluate(
      AttentionOp.self, attributes, inputs: all.map { .tensor($0) }, outputCount: 4)
    let expected: Tensor = try #require(beside[0]?.tensor)
    expectClose(
      try #require(plain[0]?.tensor), expected.doubles, shape: expected.shape, steps: 256, scale: 1)
  }

  @Test("A causal mask stands behind the past, which the present appends to")
  func causalWithPast() throws {
    let all: [Tensor] = tensors(queries: 3, keys: 3, size: 4)
    let past: [Tensor] = tensors(queries: 2, keys: 2, size: 4)
    let results = try evaluate(
      AttentionOp.self, [Attribute("is_causal", 1)],
      inputs: [all[0], all[1], all[2], nil, past[1], past[2]].map { $0.map { .tensor($0) } },
      outputCount: 3)
    let keys: [Double] = past[1].doubles + all[1].doubles
    let values: [Double] = past[2].doubles + all[2].doubles
    let expected: [Double] = reference(
      all[0].doubles, keys, values, size: 4, allowed: { $1 <= $0 + 2 })
    expectClose(
      try #require(results[0]?.tensor), expected, shape: [1, 1, 3, 4], steps: 64, scale: 1)
    #expect(try #require(results[1]?.tensor).doubles == keys)
    #expect(try #require(results[2]?.tensor).doubles == values)
  }

  @Test("A query whose mask excludes every key gives zeros")
  func maskedRow() throws {
    let all: [Tensor] = tensors(queries: 2, keys: 3, size: 4)
    let mask = Tensor([true, false, true, false, false, false] as [Bool], [2, 3])
    let result = try evaluateTensor(AttentionOp.self, [], all[0], all[1], all[2], mask)
    let expected: [Double] = reference(
      all[0].doubles, all[1].doubles, all[2].doubles, size: 4, allowed: { $0 == 0 && $1 != 1 })
    expectClose(result, expected, shape: [1, 1, 2, 4], steps: 64, scale: 1)
  }

  @Test("Rank 3 packs heads side by side, and heads of Q share those of K")
  func groupedHeads() throws {
    var generator = SeededGenerator(seed: 5)
    let q = Tensor.random([1, 2, 8], using: &generator)
    let (k, v) = (
      Tensor.random([1, 3, 4], using: &generator), Tensor.random([1, 3, 4], using: &generator)
    )
    let result = try evaluateTensor(
      AttentionOp.self, [Attribute("q_num_heads", 2), Attribute("kv_num_heads", 1)], q, k, v)
    #expect(result.shape == [1, 2, 8])
    let second: [Double] = [4, 5, 6, 7, 12, 13, 14, 15].map { q.doubles[$0] }
    let expected: [Double] = reference(
      second, k.doubles, v.doubles, size: 4, allowed: { _, _ in true })
    for (place, value) in zip([4, 5, 6, 7, 12, 13, 14, 15], expected) {
      #expect(abs(result.doubles[place] - value) < 1e-5)
    }
  }

  @Test("A rotation by a quarter turn swaps the halves of a head")
  func rotation() throws {
    let x = Tensor([1, 2, 3, 4] as [Float], [1, 1, 1, 4])
    let (cosine, sine) = (Tensor([0, 0] as [Float], [1, 2]), Tensor([1, 1] as [Float], [1, 2]))
    let ids = Tensor([0] as [Int64], [1, 1])
    let halves = try evaluateTensor(RotaryEmbeddingOp.self, [], x, cosine, sine, ids)
    expectClose(halves, [-3, -4, 1, 2], shape: [1, 1, 1, 4])
    let pairs = try evaluateTensor(
      RotaryEmbeddingOp.self, [Attribute("interleaved", 1)], x, cosine, sine, ids)
    expectClose(pairs, [-2, 1, -4, 3], shape: [1, 1, 1, 4])
    #expect(throws: (any Error).self) {
      try evaluateTensor(
        RotaryEmbeddingOp.self, [], x, cosine, sine, Tensor([1] as [Int64], [1, 1]))
    }
  }

  @Test("Caches of sines and cosines have as many positions")
  func rotationOfUnequalCaches() {
    let (x, cosines) = (Tensor([1, 2] as [Float], [1, 1, 1, 2]), Tensor([0, 0, 0] as [Float], [3, 1]))
    let sines = Tensor([1] as [Float], [1, 1])
    #expect(throws: ExecutionError.self) {
      try evaluateTensor(RotaryEmbeddingOp.self, [], x, cosines, sines, Tensor([2] as [Int64], [1, 1]))
    }
  }

  @Test("A causal convolution continues where its state ended")
  func causalConvolution() throws {
    let w = Tensor([1, 10, 100] as [Float], [1, 1, 3])
    func run(_ x: [Float], _ state: Tensor?) throws -> [Tensor] {
      try evaluate(
        CausalConvWithStateOp.self,
        inputs: [.tensor(Tensor(x, [1, 1, x.count])), .tensor(w), nil, state.map { .tensor($0) }],
        outputCount: 2
      ).compactMap { $0?.tensor }
    }
    let whole = try run([1, 2, 3, 4], nil)
    expectClose(whole[0], [100, 210, 321, 432], shape: [1, 1, 4])
    let first = try run([1], nil)
    let rest = try run([2, 3, 4], first[1])
    expectClose(rest[0], [210, 321, 432], shape: [1, 1, 3])
    #expect(rest[1].doubles == whole[1].doubles)
  }
}
