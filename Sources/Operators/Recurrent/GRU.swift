package import Graphs
internal import KernelInterface
package import Tensors

/// `GRU`: a gated recurrent unit over sequences, in one or both directions.
///
///     z = f(x Wz + h Rz + bz)     r = f(x Wr + h Rr + br)     H = (1 - z) n + z h
///     n = g(x Wh + (r h) Rh + bh)     or with linear_before_reset     n = g(x Wh + r (h Rh + rbh) + wbh)
///
/// Beyond its length a sequence keeps its state and gives zeros. ONNX operator set: GRU-7 to 22.
package struct GRUOp: KernelOperator, CostedOperator {
  package static let schema = OperatorSchema(
    "GRU", since: [7, 14, 22],
    inputs: [
      Parameter("X", .floats, variable: "T"), Parameter("W", .floats, variable: "T"),
      Parameter("R", .floats, variable: "T"), Parameter("B", .floats, .optional, variable: "T"),
      Parameter("sequence_lens", [.int32], .optional),
      Parameter("initial_h", .floats, .optional, variable: "T"),
    ],
    outputs: [
      Parameter("Y", .floats, .optional, variable: "T"), Parameter("Y_h", .floats, .optional, variable: "T"),
    ],
    attributes: RecurrentOptions.attributeNames + ["linear_before_reset"])

  let options: RecurrentOptions
  let isLinear: Bool

  package init(_ node: inout NodeReader) throws(GraphError) {
    options = try RecurrentOptions(node, defaults: [.sigmoid, .tanh])
    isLinear = try node.int("linear_before_reset") ?? 0 != 0
  }

  package var attributes: [Attribute] { options.attributes + [Attribute("linear_before_reset", isLinear)] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    try RecurrentSizes.infer(&context, options, gates: 3, stateInputs: [5], stateOutputs: [1])
  }

  package func flops(inputs: [Shape?], outputs: [Shape?]) -> Int { recurrentFlops(inputs) }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    try context.widened { (context) throws(PlanError) in
      let sizes = RecurrentSizes(context, options, gates: 3)
      let clip: Float = options.clip ?? .infinity
      switch context.input(0).elementType {
      case .float32:
        let cell: RecurrentCell<Float> =
          options.hasDefaultActivations
          ? .gru(context.kernels.recurrent, clip: clip, isLinear: isLinear)
          : .gru(options.activations, clip: Double(clip), isLinear: isLinear)
        let reduced: ReducedGemmKernels? = sizes.reducedProducts(&context)
        return RecurrentStep(
          sizes: sizes, options: options, cell: cell, gemm: reduced?.rowProducts ?? context.kernels.gemmF32,
          isLSTM: false, precision: reduced?.precision
        ).prepare(&context)
      case .float64:
        let cell: RecurrentCell<Double> =
          .gru(options.activations, clip: Double(clip), isLinear: isLinear)
        return RecurrentStep(
          sizes: sizes, options: options, cell: cell, gemm: context.kernels.gemmF64, isLSTM: false
        ).prepare(&context)
      default: throw context.unsupported(context.input(0).elementType)
      }
    }
  }
}
