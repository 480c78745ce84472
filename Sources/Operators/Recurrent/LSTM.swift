package import Graphs
internal import KernelInterface
package import Tensors

/// `LSTM`: a long short-term memory over sequences, in one or both directions.
///
///     i = f(x Wi + h Ri + Pi c + bi)        f = f(x Wf + h Rf + Pf c + bf)  (or 1 - i with input_forget)
///     C = f c + i g(x Wc + h Rc + bc)       o = f(x Wo + h Ro + Po C + bo)       H = o h(C)
///
/// Beyond its length a sequence keeps its state and gives zeros. ONNX operator set: LSTM-7 to 22.
package struct LSTMOp: KernelOperator, CostedOperator {
  package static let schema = OperatorSchema(
    "LSTM", since: [7, 14, 22],
    inputs: [
      Parameter("X", .floats, variable: "T"), Parameter("W", .floats, variable: "T"),
      Parameter("R", .floats, variable: "T"), Parameter("B", .floats, .optional, variable: "T"),
      Parameter("sequence_lens", [.int32], .optional),
      Parameter("initial_h", .floats, .optional, variable: "T"),
      Parameter("initial_c", .floats, .optional, variable: "T"),
      Parameter("P", .floats, .optional, variable: "T"),
    ],
    outputs: [
      Parameter("Y", .floats, .optional, variable: "T"), Parameter("Y_h", .floats, .optional, variable: "T"),
      Parameter("Y_c", .floats, .optional, variable: "T"),
    ],
    attributes: RecurrentOptions.attributeNames + ["input_forget"])

  let options: RecurrentOptions
  let couplesInputForget: Bool

  package init(_ node: inout NodeReader) throws(GraphError) {
    options = try RecurrentOptions(node, defaults: [.sigmoid, .tanh, .tanh])
    couplesInputForget = try node.int("input_forget") ?? 0 != 0
  }

  package var attributes: [Attribute] {
    options.attributes + [Attribute("input_forget", couplesInputForget)]
  }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    try RecurrentSizes.infer(&context, options, gates: 4, stateInputs: [5, 6], stateOutputs: [1, 2])
    if let hidden = context.dimensions(2)?[2] {
      try RecurrentSizes.check(
        context, "P", context.dimensions(7), [Dimension(options.directionCount), Dimension(3) * hidden])
    }
  }

  package func flops(inputs: [Shape?], outputs: [Shape?]) -> Int { recurrentFlops(inputs) }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    try context.widened { (context) throws(PlanError) in
      let sizes = RecurrentSizes(context, options, gates: 4)
      let (hidden, couples): (Int, Bool) = (sizes.hidden, couplesInputForget)
      let clip: Float = options.clip ?? .infinity
      switch context.input(0).elementType {
      case .float32:
        let cell: RecurrentCell<Float> =
          options.hasDefaultActivations
          ? .lstm(context.kernels.recurrent, hidden: hidden, clip: clip, couples: couples)
          : .lstm(options.activations, hidden: hidden, clip: Double(clip), couples: couples)
        let reduced: ReducedGemmKernels? = sizes.reducedProducts(&context)
        return RecurrentStep(
          sizes: sizes, options: options, cell: cell, gemm: reduced?.rowProducts ?? context.kernels.gemmF32,
          isLSTM: true, precision: reduced?.precision
        ).prepare(&context)
      case .float64:
        let cell: RecurrentCell<Double> =
          .lstm(options.activations, hidden: hidden, clip: Double(clip), couples: couples)
        return RecurrentStep(
          sizes: sizes, options: options, cell: cell, gemm: context.kernels.gemmF64, isLSTM: true
        ).prepare(&context)
      default: throw context.unsupported(context.input(0).elementType)
      }
    }
  }
}

/// Arithmetic of a recurrent operator's products: inputs X, W and R.
func recurrentFlops(_ inputs: [Shape?]) -> Int {
  guard inputs.count > 2, let x = inputs[0], let w = inputs[1], let r = inputs[2], x.rank == 3 else {
    return 0
  }
  return 2 &* x[0] &* x[1] &* (w.count &+ r.count)
}
