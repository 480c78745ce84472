internal import ArgumentParser
internal import NGraph

/// The option of the subcommands that run a model for what it gives.
struct PrecisionOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "What products with constant weights are computed in: f32 (the default), bf16 or int8-dynamic.",
      discussion: """
        This is about MatMul, Gemm, Einsum, Conv, LSTM, GRU and RNN; all else stays f32, and so do \
        convolutions that would not be clearly faster. bf16 rounds weights and activations to \
        bfloat16 and adds in f32. int8-dynamic rounds weights to bytes with a scale for each column, and \
        activations to bytes with a scale and zero point for each row, found at every run. AVX512_BF16, \
        AVX512_VNNI and AVX_VNNI are used where the processor has them and --kernels goes as far; general \
        instructions stand in elsewhere, which for bf16 and many rows are slower than f32. How many products \
        run so, and how far the outputs are from those of f32, is reported; that costs another run, in f32.
        """,
      valueName: "precision"),
    transform: parsed)
  var precision: InferenceSession.Precision = .float32

  @Sendable private static func parsed(_ text: String) throws -> InferenceSession.Precision {
    guard let precision = InferenceSession.Precision(rawValue: text) else {
      let names: String = InferenceSession.Precision.allCases.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("The precision '\(text)' is none of \(names).")
    }
    return precision
  }
}
