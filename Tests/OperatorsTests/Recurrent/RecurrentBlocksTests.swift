import Foundation
import Graphs
import Operators
import Tensors
import TestSupport
import Testing

/// Cells so large that a time step is divided into blocks of units, of which the last is not a whole panel.
@Suite struct RecurrentBlocksTests {
  private let sequence: Int = 3
  private let batch: Int = 3
  private let input: Int = 4
  private let hidden: Int = 250

  private struct Case {
    var x: [Float]
    var w: [Float]
    var r: [Float]
    var b: [Float]
    var h: [Float]
    var inputs: [Value?]
  }

  private func makeCase(gates: Int) -> Case {
    var generator = SeededGenerator(seed: UInt64(gates))
    func values(_ count: Int, within bound: Float) -> [Float] {
      (0..<count).map { _ in Float.random(in: -bound...bound, using: &generator) }
    }
    let x: [Float] = values(sequence * batch * input, within: 1)
    let w: [Float] = values(gates * hidden * input, within: 1)
    let r: [Float] = values(gates * hidden * hidden, within: 0.1)
    let b: [Float] = values(2 * gates * hidden, within: 0.5)
    let h: [Float] = values(batch * hidden, within: 1)
    let tensors: [Tensor?] = [
      Tensor(x, [sequence, batch, input]), Tensor(w, [1, gates * hidden, input]),
      Tensor(r, [1, gates * hidden, hidden]), Tensor(b, [1, 2 * gates * hidden]), nil,
      Tensor(h, [1, batch, hidden]),
    ]
    return Case(x: x, w: w, r: r, b: b, h: h, inputs: tensors.map { $0.map { .tensor($0) } })
  }

  /// `matrix [rows, columns] * vector + offset`.
  private func affine(_ matrix: [Float], _ vector: [Double], _ offset: ArraySlice<Float>) -> [Double] {
    let columns: Int = vector.count
    return offset.enumerated().map { row, start in
      var sum = Double(start)
      for column in 0..<columns { sum += Double(matrix[row * columns + column]) * vector[column] }
      return sum
    }
  }

  /// The last states of all samples, by `step(input part, state)`, which may ask for recurrent parts.
  private func lastStates(
    _ data: Case, gates: Int, step: (_ x: [Double], _ h: inout [Double], _ c: inout [Double]) -> Void
  ) -> [Double] {
    var last: [Double] = []
    for sample in 0..<batch {
      var h: [Double] = data.h[sample * hidden..<(sample + 1) * hidden].map(Double.init)
      var c = [Double](repeating: 0, count: hidden)
      for time in 0..<sequence {
        let start: Int = (time * batch + sample) * input
        let x: [Double] = data.x[start..<start + input].map(Double.init)
        step(affine(data.w, x, data.b[..<(gates * hidden)]), &h, &c)
      }
      last += h
    }
    return last
  }

  private func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

  @Test("A large LSTM is its equations")
  func lstm() throws {
    let data: Case = makeCase(gates: 4)
    let results = try evaluate(
      LSTMOp.self, [Attribute("hidden_size", hidden)], inputs: data.inputs, outputCount: 2)
    let expected: [Double] = lastStates(data, gates: 4) { x, h, c in
      let r: [Double] = affine(data.r, h, data.b[(4 * hidden)...])
      for unit in 0..<hidden {
        func gate(_ index: Int) -> Double { x[index * hidden + unit] + r[index * hidden + unit] }
        c[unit] = sigmoid(gate(2)) * c[unit] + sigmoid(gate(0)) * tanh(gate(3))
        h[unit] = sigmoid(gate(1)) * tanh(c[unit])
      }
    }
    expectClose(
      try #require(results[1]?.tensor), expected, shape: [1, batch, hidden], steps: 64, scale: 1)
    let y: [Double] = try #require(results[0]?.tensor).doubles
    #expect(Array(y.suffix(batch * hidden)) == results[1]?.tensor?.doubles)
  }

  @Test(
    "A large GRU is its equations, with the reset before or behind the product", arguments: [false, true])
  func gru(isLinear: Bool) throws {
    let data: Case = makeCase(gates: 3)
    let results = try evaluate(
      GRUOp.self, [Attribute("hidden_size", hidden), Attribute("linear_before_reset", isLinear)],
      inputs: data.inputs, outputCount: 2)
    let candidate: [Float] = Array(data.r[(2 * hidden * hidden)...])
    let expected: [Double] = lastStates(data, gates: 3) { x, h, _ in
      let r: [Double] = affine(data.r, h, data.b[(3 * hidden)...])
      let reset: [Double] = (hidden..<2 * hidden).map { sigmoid(x[$0] + r[$0]) }
      let fresh: [Double] =
        isLinear
        ? (0..<hidden).map { reset[$0] * r[2 * hidden + $0] }
        : affine(candidate, zip(reset, h).map { $0 * $1 }, data.b[(5 * hidden)...])
      for unit in 0..<hidden {
        let z: Double = sigmoid(x[unit] + r[unit])
        h[unit] = (1 - z) * tanh(x[2 * hidden + unit] + fresh[unit]) + z * h[unit]
      }
    }
    expectClose(
      try #require(results[1]?.tensor), expected, shape: [1, batch, hidden], steps: 64, scale: 1)
  }
}
