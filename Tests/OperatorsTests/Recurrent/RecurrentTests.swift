import Foundation
import Graphs
import Operators
import Tensors
import TestSupport
import Testing

@Suite struct RecurrentTests {
  private let sequence: Int = 4
  private let batch: Int = 3
  private let input: Int = 2
  private let hidden: Int = 5

  private struct Weights {
    var x: Tensor
    var w: Tensor
    var r: Tensor
    var b: Tensor
    var h: Tensor
    var c: Tensor
  }

  private func weights(gates: Int, directions: Int = 1) -> Weights {
    var generator = SeededGenerator(seed: UInt64(gates * 10 + directions))
    return Weights(
      x: .random([sequence, batch, input], using: &generator),
      w: .random([directions, gates * hidden, input], using: &generator),
      r: .random([directions, gates * hidden, hidden], using: &generator),
      b: .random([directions, 2 * gates * hidden], using: &generator),
      h: .random([directions, batch, hidden], using: &generator),
      c: .random([directions, batch, hidden], using: &generator))
  }

  /// `W x + R h` and biases of one gate's unit, in float64; `recurrent` leaves out the part with x.
  private func gate(
    _ all: Weights, _ direction: Int, _ unit: Int, x: ArraySlice<Double>, h: [Double], gates: Int
  ) -> (input: Double, recurrent: Double) {
    let (w, r, b) = (all.w.doubles, all.r.doubles, all.b.doubles)
    let row: Int = direction * gates * hidden + unit
    var first: Double = b[direction * 2 * gates * hidden + unit]
    var second: Double = b[(direction * 2 + 1) * gates * hidden + unit]
    for (index, value) in x.enumerated() { first += w[row * input + index] * value }
    for (index, value) in h.enumerated() { second += r[row * hidden + index] * value }
    return (first, second)
  }

  private func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

  private func row(_ x: Tensor, _ time: Int, _ sample: Int) -> ArraySlice<Double> {
    let start: Int = (time * batch + sample) * input
    return x.doubles[start..<start + input]
  }

  @Test("An LSTM is its equations, step by step, in both directions", arguments: [1, 2])
  func lstm(directions: Int) throws {
    let all: Weights = weights(gates: 4, directions: directions)
    let results = try evaluate(
      LSTMOp.self,
      [
        Attribute("hidden_size", hidden),
        Attribute("direction", directions == 2 ? "bidirectional" : "forward"),
      ],
      inputs: [all.x, all.w, all.r, all.b, nil, all.h, all.c].map { $0.map { .tensor($0) } },
      outputCount: 3)
    var y = [Double](repeating: 0, count: sequence * directions * batch * hidden)
    for direction in 0..<directions {
      for sample in 0..<batch {
        let start: Int = (direction * batch + sample) * hidden
        var h = Array(all.h.doubles[start..<start + hidden])
        var c = Array(all.c.doubles[start..<start + hidden])
        for step in 0..<sequence {
          let time: Int = direction == 1 ? sequence - 1 - step : step
          let old: [Double] = h
          for unit in 0..<hidden {
            func sum(_ index: Int) -> Double {
              let parts = gate(
                all, direction, index * hidden + unit, x: row(all.x, time, sample), h: old, gates: 4
              )
              return parts.input + parts.recurrent
            }
            c[unit] = sigmoid(sum(2)) * c[unit] + sigmoid(sum(0)) * tanh(sum(3))
            h[unit] = sigmoid(sum(1)) * tanh(c[unit])
            y[((time * directions + direction) * batch + sample) * hidden + unit] = h[unit]
          }
        }
      }
    }
    expectClose(
      try #require(results[0]?.tensor), y, shape: [sequence, directions, batch, hidden], steps: 64,
      scale: 1)
    #expect(results[1]?.tensor?.shape == [directions, batch, hidden])
  }

  @Test(
    "A GRU is its equations, with the reset before or behind the product", arguments: [false, true])
  func gru(isLinear: Bool) throws {
    let all: Weights = weights(gates: 3)
    let results = try evaluate(
      GRUOp.self, [Attribute("hidden_size", hidden), Attribute("linear_before_reset", isLinear)],
      inputs: [all.x, all.w, all.r, all.b, nil, all.h].map { $0.map { .tensor($0) } },
      outputCount: 2)
    var last: [Double] = []
    for sample in 0..<batch {
      var h = Array(all.h.doubles[sample * hidden..<(sample + 1) * hidden])
      for time in 0..<sequence {
        let x: ArraySlice<Double> = row(all.x, time, sample)
        func parts(_ index: Int, _ unit: Int, _ state: [Double]) -> (
          input: Double, recurrent: Double
        ) {
          gate(all, 0, index * hidden + unit, x: x, h: state, gates: 3)
        }
        let old: [Double] = h
        let reset: [Double] = (0..<hidden).map {
          let sum = parts(1, $0, old)
          return sigmoid(sum.input + sum.recurrent)
        }
        for unit in 0..<hidden {
          let update = parts(0, unit, old)
          let z: Double = sigmoid(update.input + update.recurrent)
          let fresh = parts(2, unit, isLinear ? old : zip(reset, old).map { $0 * $1 })
          let n: Double = tanh(fresh.input + (isLinear ? reset[unit] : 1) * fresh.recurrent)
          h[unit] = (1 - z) * n + z * old[unit]
        }
      }
      last += h
    }
    expectClose(
      try #require(results[1]?.tensor), last, shape: [1, batch, hidden], steps: 64, scale: 1)
  }

  @Test(
    "Beyond its length a sequence gives zeros and keeps its state; float64 and batch-first agree")
  func lengths() throws {
    let all: Weights = weights(gates: 1)
    let lengths = Tensor([4, 2, 0] as [Int32])
    let results = try evaluate(
      RNNOp.self, [Attribute("hidden_size", hidden)],
      inputs: [all.x, all.w, all.r, all.b, lengths, all.h].map { .tensor($0) }, outputCount: 2)
    let y: [Double] = try #require(results[0]?.tensor).doubles
    let last: [Double] = try #require(results[1]?.tensor).doubles
    for unit in 0..<hidden {
      #expect(y[(3 * batch + 1) * hidden + unit] == 0)
      #expect(last[hidden + unit] == y[(batch + 1) * hidden + unit])
      #expect(last[2 * hidden + unit] == all.h.doubles[2 * hidden + unit])
    }
    func wide(_ tensor: Tensor) -> Value { .tensor(Tensor(tensor.doubles, tensor.shape)) }
    let double = try evaluate(
      RNNOp.self, [Attribute("hidden_size", hidden)],
      inputs: [wide(all.x), wide(all.w), wide(all.r), wide(all.b), .tensor(lengths), wide(all.h)])
    expectClose(
      try #require(results[0]?.tensor), try #require(double[0]?.tensor).doubles, steps: 32, scale: 1
    )
  }

  @Test(
    "Activations and their parameters are the node's own, and lengths that are too long are refused"
  )
  func activations() throws {
    let x = Tensor([1, -2] as [Float], [2, 1, 1])
    let one = Tensor([1] as [Float], [1, 1, 1])
    let zero = Tensor([0] as [Float], [1, 1, 1])
    let attributes: [Attribute] = [
      Attribute("hidden_size", 1), Attribute("activations", .strings(["Affine"])),
      Attribute("activation_alpha", [2] as [Float]), Attribute("activation_beta", [0.5] as [Float]),
    ]
    let result = try evaluateTensor(RNNOp.self, attributes, x, one, zero)
    expectClose(result, [2.5, -3.5], shape: [2, 1, 1, 1])
    #expect(throws: (any Error).self) {
      try evaluateTensor(RNNOp.self, attributes, x, one, zero, nil, Tensor([3] as [Int32]))
    }
  }
}
