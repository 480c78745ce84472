import Foundation
import KernelInterface
import KernelSelection
import Testing

/// Steps of recurrent cells against their formulas in double precision, on every table.
@Suite struct RecurrentTests {
  func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
  func bound(_ x: Double, _ clip: Float) -> Double { max(-Double(clip), min(Double(clip), x)) }

  @Test func lstmStepsMatchWithAndWithoutPeepholesClipAndInputForget() {
    for (name, table) in InstructionSet.tables {
      for n in lengths {
        for (hasPeepholes, clip, couples) in [
          (false, Float.infinity, false), (true, 1.5, false), (true, .infinity, true),
        ] {
          let gates = randomFloats(4 * n, seed: 1)
          let peepholes = randomFloats(3 * n, seed: 2, range: 1)
          let cell = randomFloats(n, seed: 3, range: 2)
          let cellOut = GuardedBuffer<Float>(n) { cell[$0] }
          let hidden = GuardedBuffer<Float>(n) { _ in 0 }
          gates.withUnsafeBufferPointer { gates in
            peepholes.withUnsafeBufferPointer { peepholes in
              guard let g = gates.baseAddress, let p = peepholes.baseAddress else { return }
              var step = LSTMStep(
                gates: g, cell: cellOut.pointer, cellOut: cellOut.base, hiddenOut: hidden.base, count: n)
              if hasPeepholes {
                (step.inputPeephole, step.outputPeephole, step.forgetPeephole) = (p, p + n, p + 2 * n)
              }
              (step.clip, step.inputForget) = (clip, couples)
              table.recurrent.lstmStepF32(step)
            }
          }
          var cells: [Double] = []
          var hiddens: [Double] = []
          for k in 0..<n {
            let c = Double(cell[k])
            func gate(_ index: Int, _ cell: Double, _ peephole: Int) -> Double {
              let extra = hasPeepholes ? Double(peepholes[peephole * n + k]) * cell : 0
              return bound(Double(gates[index * n + k]) + extra, clip)
            }
            let i = sigmoid(gate(0, c, 0))
            let f = couples ? 1 - i : sigmoid(gate(2, c, 2))
            let next = f * c + i * tanh(bound(Double(gates[3 * n + k]), clip))
            cells.append(next)
            hiddens.append(sigmoid(gate(1, next, 1)) * tanh(next))
          }
          expectNear(cellOut.values, cells, steps: 8, scale: 1, "\(name) cell \(n)")
          expectNear(hidden.values, hiddens, steps: 8, scale: 1, "\(name) hidden \(n)")
          #expect(cellOut.isIntact && hidden.isIntact)
        }
      }
    }
  }

  @Test func gruAndElmanStepsMatchTheirFormulas() {
    for (name, table) in InstructionSet.tables {
      for n in lengths where n > 0 {
        for clip: Float in [.infinity, 1] {
          let x = randomFloats(3 * n, seed: 4)
          let h = randomFloats(3 * n, seed: 5)
          let state = randomFloats(n, seed: 6, range: 1)
          let out = GuardedBuffer<Float>(n) { state[$0] }
          x.withUnsafeBufferPointer { x in
            h.withUnsafeBufferPointer { h in
              guard let x = x.baseAddress, let h = h.baseAddress else { return }
              var step = GRUStep(input: x, hidden: h, state: out.pointer, stateOut: out.base, count: n)
              step.clip = clip
              table.recurrent.gruLinearStepF32(step)
            }
          }
          func whole(_ gate: Int, _ k: Int) -> Double { Double(x[gate * n + k]) + Double(h[gate * n + k]) }
          let linear = (0..<n).map { (k: Int) -> Double in
            let z = sigmoid(bound(whole(0, k), clip))
            let r = sigmoid(bound(whole(1, k), clip))
            let candidate = tanh(bound(Double(x[2 * n + k]) + r * Double(h[2 * n + k]), clip))
            return (1 - z) * candidate + z * Double(state[k])
          }
          expectNear(out.values, linear, steps: 10, scale: 1, "\(name) gru \(n)")
          #expect(out.isIntact)

          let z = Array(x[0..<n])
          let candidate = Array(h[0..<n])
          table.recurrent.gruUpdateF32(out.base, z, candidate, state, n, clip)
          let updated = (0..<n).map { (k: Int) -> Double in
            let gate = sigmoid(bound(Double(z[k]), clip))
            return (1 - gate) * tanh(bound(Double(candidate[k]), clip)) + gate * Double(state[k])
          }
          expectNear(out.values, updated, steps: 8, scale: 1, "\(name) update")
          table.recurrent.gruResetF32(out.base, z, state, n, clip)
          let reset = (0..<n).map { sigmoid(bound(Double(z[$0]), clip)) * Double(state[$0]) }
          expectNear(out.values, reset, steps: 8, scale: 1, "\(name) reset")
          table.recurrent.rnnStepF32(out.base, z, candidate, n, clip)
          let elman = (0..<n).map { tanh(bound(Double(z[$0] + candidate[$0]), clip)) }
          expectNear(out.values, elman, steps: 8, scale: 1, "\(name) rnn")
          #expect(out.isIntact)
        }
      }
    }
  }
}
