internal import KernelInterface

/// Some hidden units of one row of a batch at one time step, as a cell's function sees them.
struct RecurrentRow<Element> {
  /// How many units.
  var count: Int
  /// Pre-activations: `count` of each gate, gate by gate.
  var gates: UnsafeMutablePointer<Element>
  /// The recurrent part, where it is kept apart, as long as `gates`.
  var recurrent: UnsafePointer<Element>?
  /// The hidden state before the step and after it.
  var state: UnsafePointer<Element>
  var stateOut: UnsafeMutablePointer<Element>
  /// The cell state of an LSTM, which the cell replaces; else anything.
  var cell: UnsafeMutablePointer<Element>
  /// The reset state of a GRU, which `reset` writes; else anything.
  var resetState: UnsafeMutablePointer<Element>
  /// Peepholes i, o, f, each `hidden` after the one before; nil for none.
  var peepholes: UnsafePointer<Element>?
}

/// How the recurrent product enters a cell.
enum RecurrentForm: Sendable {
  /// gates += H R^T, then `update`.
  case added
  /// recurrent = H R^T + bias, kept apart, then `update`.
  case apart
  /// All but the last gate += H R^T, `reset`, the last += resetState R^T, then `update`.
  case afterReset
}

/// A cell's elementwise functions over units of one row, for a direction.
struct RecurrentCell<Element>: Sendable {
  typealias Function = @Sendable (_ row: RecurrentRow<Element>, _ direction: Int) -> Void

  var form: RecurrentForm
  var reset: Function?
  var update: Function
}

extension RecurrentCell where Element: BinaryFloatingPoint & SendableMetatype {
  /// ONNX's LSTM cell with any activations, computed in float64.
  static func lstm(_ activations: [[RecurrentActivation]], hidden: Int, clip: Double, couples: Bool)
    -> RecurrentCell
  {
    RecurrentCell(form: .added) { row, direction in
      let (f, g, h) = (activations[direction][0], activations[direction][1], activations[direction][2])
      for unit in 0..<row.count {
        let old = Double(row.cell[unit])
        func gate(_ index: Int, _ state: Double, _ peephole: Int?) -> Double {
          var sum = Double(row.gates[index &* row.count &+ unit])
          if let peephole, let weights = row.peepholes {
            sum += Double(weights[peephole &* hidden &+ unit]) * state
          }
          return clamp(sum, clip)
        }
        let input: Double = f(gate(0, old, 0))
        let forget: Double = couples ? 1 - input : f(gate(2, old, 2))
        let cell: Double = forget * old + input * g(gate(3, old, nil))
        row.cell[unit] = Element(cell)
        row.stateOut[unit] = Element(f(gate(1, cell, 1)) * h(cell))
      }
    }
  }

  /// ONNX's GRU cell with any activations, computed in float64.
  static func gru(_ activations: [[RecurrentActivation]], clip: Double, isLinear: Bool) -> RecurrentCell {
    guard isLinear else {
      return RecurrentCell(
        form: .afterReset,
        reset: { row, direction in
          let f: RecurrentActivation = activations[direction][0]
          for unit in 0..<row.count {
            let reset: Double = f(clamp(Double(row.gates[row.count &+ unit]), clip))
            row.resetState[unit] = Element(reset * Double(row.state[unit]))
          }
        },
        update: { row, direction in
          let (f, g) = (activations[direction][0], activations[direction][1])
          for unit in 0..<row.count {
            let update: Double = f(clamp(Double(row.gates[unit]), clip))
            let fresh: Double = g(clamp(Double(row.gates[2 &* row.count &+ unit]), clip))
            row.stateOut[unit] = Element((1 - update) * fresh + update * Double(row.state[unit]))
          }
        })
    }
    return RecurrentCell(form: .apart) { row, direction in
      let (f, g) = (activations[direction][0], activations[direction][1])
      for unit in 0..<row.count {
        func sum(_ gate: Int, _ factor: Double) -> Double {
          let index: Int = gate &* row.count &+ unit
          return clamp(Double(row.gates[index]) + factor * Double(row.recurrent?[index] ?? 0), clip)
        }
        let update: Double = f(sum(0, 1))
        let fresh: Double = g(sum(2, f(sum(1, 1))))
        row.stateOut[unit] = Element((1 - update) * fresh + update * Double(row.state[unit]))
      }
    }
  }

  /// The Elman cell with any activation, computed in float64.
  static func elman(_ activations: [[RecurrentActivation]], clip: Double) -> RecurrentCell {
    RecurrentCell(form: .added) { row, direction in
      let f: RecurrentActivation = activations[direction][0]
      for unit in 0..<row.count { row.stateOut[unit] = Element(f(clamp(Double(row.gates[unit]), clip))) }
    }
  }
}

private func clamp(_ value: Double, _ bound: Double) -> Double {
  value.isNaN ? value : min(max(value, -bound), bound)
}

extension RecurrentCell where Element == Float {
  /// The LSTM cell with the default activations, as a kernel.
  static func lstm(_ kernels: RecurrentKernels, hidden: Int, clip: Float, couples: Bool) -> RecurrentCell {
    let kernel = kernels.lstmStepF32
    return RecurrentCell(form: .added) { row, _ in
      var step = LSTMStep(
        gates: row.gates, cell: row.cell, cellOut: row.cell, hiddenOut: row.stateOut, count: row.count)
      step.clip = clip
      step.inputForget = couples
      if let peepholes = row.peepholes {
        step.inputPeephole = peepholes
        step.outputPeephole = peepholes + hidden
        step.forgetPeephole = peepholes + 2 &* hidden
      }
      kernel(step)
    }
  }

  /// The GRU cell with the default activations, as a kernel.
  static func gru(_ kernels: RecurrentKernels, clip: Float, isLinear: Bool) -> RecurrentCell {
    guard isLinear else {
      let (reset, update) = (kernels.gruResetF32, kernels.gruUpdateF32)
      return RecurrentCell(
        form: .afterReset,
        reset: { row, _ in reset(row.resetState, row.gates + row.count, row.state, row.count, clip) },
        update: { row, _ in
          update(row.stateOut, row.gates, row.gates + 2 &* row.count, row.state, row.count, clip)
        })
    }
    let kernel = kernels.gruLinearStepF32
    return RecurrentCell(form: .apart) { row, _ in
      guard let recurrent = row.recurrent else { return }
      var step = GRUStep(
        input: row.gates, hidden: recurrent, state: row.state, stateOut: row.stateOut, count: row.count)
      step.clip = clip
      kernel(step)
    }
  }

  /// The Elman cell with tanh, as a kernel.
  static func elman(_ kernels: RecurrentKernels, clip: Float) -> RecurrentCell {
    let kernel = kernels.rnnStepF32
    return RecurrentCell(form: .added) { row, _ in kernel(row.stateOut, row.gates, nil, row.count, clip) }
  }
}
