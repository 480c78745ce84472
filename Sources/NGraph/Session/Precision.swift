internal import KernelInterface
internal import KernelSelection

extension InferenceSession {
  /// The numbers that products of a value with constant weights (MatMul, Gemm, Einsum, Conv and what fuses
  /// with them, and those of LSTM, GRU and RNN) are computed in. All else is f32 as ever, and so are
  /// convolutions that would not be clearly faster: depthwise ones, those of fewer than 16 channels or outputs
  /// in a group, and where Winograd's filtering multiplies less.
  ///
  /// A row of a convolution is what an output pixel reads, a column the weights of an output channel.
  ///
  /// Less than `float32` is faster, and the weights smaller in memory, at the price of an error that
  /// `precisionReport` measures. It needs no other model file, and takes the same inputs and outputs.
  public enum Precision: String, Sendable, Hashable, CaseIterable {
    /// As the model says. The default.
    case float32 = "f32"
    /// Weights and activations are rounded to bfloat16, to nearest, ties to even; sums are f32. With
    /// AVX512_BF16 about twice as fast as f32, where subnormal numbers count as zero; without it the same but
    /// for those and for the order of sums, faster for a single row and slower for many. What is not finite
    /// stays so; a magnitude past 3.39e38 becomes infinite.
    case bfloat16 = "bf16"
    /// Weights are integers of -127...127 with a scale for each column, activations of 0...255 with a scale
    /// and zero point for each row, found at every run; sums are exact, and scaled in f32. With AVX512_VNNI
    /// up to four times as fast as f32; AVX_VNNI and, more slowly, general instructions give the same sums. A
    /// row or column with an element that is not finite gives NaN. Products deeper than 32768 stay f32.
    case int8Dynamic = "int8-dynamic"
  }
}

extension InferenceSession.Precision {
  /// nil for f32.
  var products: ProductPrecision? {
    switch self {
    case .float32: nil
    case .bfloat16: .bfloat16
    case .int8Dynamic: .int8Dynamic
    }
  }
}

extension KernelTable {
  /// The table with the products of `precision`.
  func computing(in precision: InferenceSession.Precision) -> KernelTable {
    var table: KernelTable = self
    table.weightProducts = precision.products.map { KernelSelection.weightProducts($0, of: self) }
    return table
  }
}
