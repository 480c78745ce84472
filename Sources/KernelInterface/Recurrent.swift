/// One LSTM step of `count` hidden units, with the default activations (sigmoid, tanh, tanh). The gates
/// are pre-activations `X W + H R + biases`. Peepholes, all or none, are per unit. `clip` bounds every
/// pre-activation to [-clip, clip]; infinity does nothing. `cellOut` may be `cell`.
///
///     i = sigmoid(gate_i + p_i c)             f = sigmoid(gate_f + p_f c)  (or 1 - i, input-forget)
///     C = f c + i tanh(gate_c)                o = sigmoid(gate_o + p_o C)       H = o tanh(C)
package struct LSTMStep {
  package var inputGate: UnsafePointer<Float>
  package var outputGate: UnsafePointer<Float>
  package var forgetGate: UnsafePointer<Float>
  package var cellGate: UnsafePointer<Float>
  package var inputPeephole: UnsafePointer<Float>? = nil
  package var outputPeephole: UnsafePointer<Float>? = nil
  package var forgetPeephole: UnsafePointer<Float>? = nil
  package var cell: UnsafePointer<Float>
  package var cellOut: UnsafeMutablePointer<Float>
  package var hiddenOut: UnsafeMutablePointer<Float>
  package var count: Int
  package var clip: Float = .infinity
  package var inputForget: Bool = false

  /// Gates in ONNX's order (i, o, f, c), each `count` long, one after the other at `gates`.
  package init(
    gates: UnsafePointer<Float>, cell: UnsafePointer<Float>, cellOut: UnsafeMutablePointer<Float>,
    hiddenOut: UnsafeMutablePointer<Float>, count: Int
  ) {
    self.inputGate = gates
    self.outputGate = gates + count
    self.forgetGate = gates + 2 * count
    self.cellGate = gates + 3 * count
    self.cell = cell
    self.cellOut = cellOut
    self.hiddenOut = hiddenOut
    self.count = count
  }
}

/// One GRU step of `count` hidden units with `linear_before_reset`, default activations. `input*` are
/// `X W + W's bias`, `hidden*` are `H R + R's bias`, for the gates z (update), r (reset), h.
///
///     z = sigmoid(input_z + hidden_z)         r = sigmoid(input_r + hidden_r)
///     n = tanh(input_h + r hidden_h)          H = (1 - z) n + z h
package struct GRUStep {
  /// Gates z, r, h, each `count` long, one after the other.
  package var input: UnsafePointer<Float>
  package var hidden: UnsafePointer<Float>
  package var state: UnsafePointer<Float>
  package var stateOut: UnsafeMutablePointer<Float>
  package var count: Int
  package var clip: Float = .infinity

  package init(
    input: UnsafePointer<Float>, hidden: UnsafePointer<Float>, state: UnsafePointer<Float>,
    stateOut: UnsafeMutablePointer<Float>, count: Int
  ) {
    self.input = input
    self.hidden = hidden
    self.state = state
    self.stateOut = stateOut
    self.count = count
  }
}

/// The elementwise part of recurrent cells in f32, for one row of hidden units. Cells with other than the
/// default activations are composed of unary and binary kernels by the caller. Outputs may be the state
/// they replace.
package struct RecurrentKernels: Sendable {
  package var lstmStepF32: @Sendable (LSTMStep) -> Void
  /// GRU with `linear_before_reset != 0`.
  package var gruLinearStepF32: @Sendable (GRUStep) -> Void
  /// GRU with `linear_before_reset == 0`, first half: `out = sigmoid(r) * state`, which then goes through the
  /// recurrence weights. `r` is the whole pre-activation.
  package var gruResetF32:
    @Sendable (
      _ out: UnsafeMutablePointer<Float>, _ r: UnsafePointer<Float>, _ state: UnsafePointer<Float>,
      _ count: Int, _ clip: Float
    ) -> Void
  /// Second half: `out = (1 - sigmoid(z)) * tanh(h) + sigmoid(z) * state`, z and h being whole
  /// pre-activations.
  package var gruUpdateF32:
    @Sendable (
      _ out: UnsafeMutablePointer<Float>, _ z: UnsafePointer<Float>, _ h: UnsafePointer<Float>,
      _ state: UnsafePointer<Float>, _ count: Int, _ clip: Float
    ) -> Void
  /// Elman cell: `out = tanh(input + hidden)`; `hidden` may be nil (zero).
  package var rnnStepF32:
    @Sendable (
      _ out: UnsafeMutablePointer<Float>, _ input: UnsafePointer<Float>, _ hidden: UnsafePointer<Float>?,
      _ count: Int, _ clip: Float
    ) -> Void

  package init(
    lstmStepF32: @escaping @Sendable (LSTMStep) -> Void,
    gruLinearStepF32: @escaping @Sendable (GRUStep) -> Void,
    gruResetF32:
      @escaping @Sendable (
        UnsafeMutablePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>, Int, Float
      ) -> Void,
    gruUpdateF32:
      @escaping @Sendable (
        UnsafeMutablePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>, Int,
        Float
      ) -> Void,
    rnnStepF32:
      @escaping @Sendable (
        UnsafeMutablePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>?, Int, Float
      ) -> Void
  ) {
    self.lstmStepF32 = lstmStepF32
    self.gruLinearStepF32 = gruLinearStepF32
    self.gruResetF32 = gruResetF32
    self.gruUpdateF32 = gruUpdateF32
    self.rnnStepF32 = rnnStepF32
  }
}
