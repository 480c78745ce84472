package import Graphs
internal import Tensors

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// `CausalConvWithState`: a convolution of each channel of [batch, channels, length] with a kernel of its own
/// [channels, 1, k] that looks at the current and the k - 1 positions before, which at the start are those of
/// `past_state` [batch, channels, k - 1] or zero; then SiLU if asked for. The last k - 1 positions are the
/// new state.
///
/// ONNX operator set: CausalConvWithState-27.
package struct CausalConvWithStateOp: KernelOperator {
  private static let types: TypeSet = [.float32, .float16, .bfloat16]

  package static let schema = OperatorSchema(
    "CausalConvWithState", since: [27],
    inputs: [
      Parameter("input", types, variable: "T"), Parameter("weight", types, variable: "T"),
      Parameter("bias", types, .optional, variable: "T"),
      Parameter("past_state", types, .optional, variable: "T"),
    ],
    outputs: [Parameter("output", types, variable: "T"), Parameter("present_state", types, variable: "T")],
    attributes: ["activation"])

  /// none, silu or swish
  package let activation: String

  package init(_ node: inout NodeReader) throws(GraphError) {
    activation = try node.string("activation") ?? "none"
    guard ["none", "silu", "swish"].contains(activation) else {
      throw node.error(
        .invalidAttribute, "attribute 'activation' must be none, silu or swish, found '\(activation)'")
    }
  }

  package var attributes: [Attribute] { [Attribute("activation", activation)] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    let (x, w): ([Dimension]?, [Dimension]?) = (context.dimensions(0), context.dimensions(1))
    context.setOutput(0, context.elementType(0), x)
    guard let x, let w else {
      context.setOutput(1, context.elementType(0), nil)
      return
    }
    guard x.count == 3, w.count == 3 else {
      throw context.error(
        .shapeMismatch, "input and weight must have rank 3, found \(x.count) and \(w.count)")
    }
    guard w[2].value != 0 else { throw context.error(.shapeMismatch, "the kernel is empty") }
    try RecurrentSizes.check(context, "weight", w, [x[1], 1, w[2]])
    try RecurrentSizes.check(context, "bias", context.dimensions(2), [x[1]])
    let state: [Dimension] = [x[0], x[1], w[2] - 1]
    try RecurrentSizes.check(context, "past_state", context.dimensions(3), state)
    context.setOutput(1, context.elementType(0), state)
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    try context.widened { (context) throws(PlanError) in
      let shape: Shape = context.input(0).shape
      let (channels, length, taps): (Int, Int, Int) = (shape[1], shape[2], context.input(1).shape[2])
      let (xSlot, wSlot): (Int, Int) = (context.input(0).slot, context.input(1).slot)
      let (bias, past): (Int?, Int?) = (context.optionalInput(2)?.slot, context.optionalInput(3)?.slot)
      let (output, present): (Int?, Int?) = (
        context.optionalOutput(0)?.slot, context.optionalOutput(1)?.slot
      )
      let (lines, isActivated, before): (Int, Bool, Int) = (
        shape[0] * channels, activation != "none", taps - 1
      )
      return Step { run in
        run.forRanges(of: lines, grain: max(1, (1 << 14) / max(1, length * taps))) { range, _ in
          for line in range {
            let x = run.input(xSlot, as: Float.self) + line &* length
            let w = run.input(wSlot, as: Float.self) + line % channels &* taps
            let old: UnsafePointer<Float>? = past.map { run.input($0, as: Float.self) + line &* before }
            let start: Float = bias.map { run.input($0, as: Float.self)[line % channels] } ?? 0
            // Element `index` of the line with its past in front.
            func padded(_ index: Int) -> Float {
              index < before ? (old.map { $0[index] } ?? 0) : x[index &- before]
            }
            if let output {
              let y = run.output(output, as: Float.self) + line &* length
              for position in 0..<length {
                var sum: Float = start
                for tap in 0..<taps { sum += w[tap] * padded(position &+ tap) }
                y[position] = isActivated ? sum / (1 + exp(-sum)) : sum
              }
            }
            if let present {
              let state = run.output(present, as: Float.self) + line &* before
              for index in 0..<before { state[index] = padded(length &+ index) }
            }
          }
        }
      }
    }
  }
}
