package import Graphs
internal import KernelInterface
package import Tensors

/// `RNN`: the simple recurrence `H = f(x W + h R + b)` over sequences, in one or both directions.
///
/// Beyond its length a sequence keeps its state and gives zeros. ONNX operator set: RNN-7 to 22.
package struct RNNOp: KernelOperator, CostedOperator {
  package static let schema = OperatorSchema(
    "RNN", since: [7, 14, 22],
    inputs: [
      Parameter("X", .floats, variable: "T"), Parameter("W", .floats, variable: "T"),
      Parameter("R", .floats, variable: "T"), Parameter("B", .floats, .optional, variable: "T"),
      Parameter("sequence_lens", [.int32], .optional),
      Parameter("initial_h", .floats, .optional, variable: "T"),
    ],
    outputs: [
      Parameter("Y", .floats, .optional, variable: "T"), Parameter("Y_h", .floats, .optional, variable: "T"),
    ],
    attributes: RecurrentOptions.attributeNames)

  let options: RecurrentOptions

  package init(_ node: inout NodeReader) throws(GraphError) {
    options = try RecurrentOptions(node, defaults: [.tanh])
  }

  package var attributes: [Attribute] { options.attributes }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    try RecurrentSizes.infer(&context, options, gates: 1, stateInputs: [5], stateOutputs: [1])
  }

  package func flops(inputs: [Shape?], outputs: [Shape?]) -> Int { recurrentFlops(inputs) }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    try context.widened { (context) throws(PlanError) in
      let sizes = RecurrentSizes(context, options, gates: 1)
      let clip: Float = options.clip ?? .infinity
      switch context.input(0).elementType {
      case .float32:
        let cell: RecurrentCell<Float> =
          options.hasDefaultActivations
          ? .elman(context.kernels.recurrent, clip: clip)
          : .elman(options.activations, clip: Double(clip))
        let reduced: ReducedGemmKernels? = sizes.reducedProducts(&context)
        return RecurrentStep(
          sizes: sizes, options: options, cell: cell, gemm: reduced?.rowProducts ?? context.kernels.gemmF32,
          isLSTM: false, precision: reduced?.precision
        ).prepare(&context)
      case .float64:
        let cell: RecurrentCell<Double> =
          .elman(options.activations, clip: Double(clip))
        return RecurrentStep(
          sizes: sizes, options: options, cell: cell, gemm: context.kernels.gemmF64, isLSTM: false
        ).prepare(&context)
      default: throw context.unsupported(context.input(0).elementType)
      }
    }
  }
}
