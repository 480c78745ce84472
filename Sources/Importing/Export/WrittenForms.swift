internal import Graphs
internal import Tensors

/// The operator set from which on an operator of `ai.onnx` reads the way it is written here.
///
/// Many forms of an operator add element types alone. A node whose values have none of the types that came
/// late needs no more than the form before these, and more runtimes know an operator set the older it is.
enum WrittenForms {
  /// Operators whose last forms add element types alone, by the form before these.
  private static let forms: [Int: Set<String>] = [
    13: [
      "Acos", "Acosh", "Asin", "Asinh", "Atan", "Atanh", "Compress", "Constant", "ConstantOfShape", "Conv",
      "ConvTranspose", "Cos", "Cosh", "DepthToSpace", "Det", "Dropout", "Einsum", "Elu", "EyeLike", "Flatten",
      "GlobalAveragePool", "GlobalLpPool", "GlobalMaxPool", "HardSigmoid", "InstanceNormalization",
      "LpNormalization", "MaxPool", "MaxRoiPool", "MaxUnpool", "Mod", "Multinomial",
      "NegativeLogLikelihoodLoss", "OneHot", "RandomNormal", "RandomNormalLike", "RandomUniform",
      "RandomUniformLike", "ReverseSequence", "Round", "Selu", "Sin", "Sinh", "Size", "Softplus", "Softsign",
      "Squeeze", "Tan", "ThresholdedRelu", "TopK", "Transpose", "Unique", "Unsqueeze",
    ],
    14: ["GRU", "HardSwish", "LSTM", "RNN", "Reshape"],
    15: ["Bernoulli", "Shape"],
    16: ["Identity", "If", "Loop", "RoiAlign", "Scan"],
    18: ["LpPool", "Mish", "ReduceLogSum", "ReduceLogSumExp"],
    19: ["AveragePool", "DeformConv", "Pad"],
    20: ["GridSample"],
    23: ["DequantizeLinear", "QuantizeLinear"],
    24: ["Cast", "CastLike"],
  ]

  private static let versions: [String: Int] = forms.reduce(into: [:]) { all, form in
    for name in form.value { all[name] = form.key }
  }

  /// The types that every form in `forms` takes wherever the newest does.
  private static let early: TypeSet =
    [.float16, .float32, .float64, .bool, .string] | .integers | .complex

  /// The lowest operator set for an operator with values of these types.
  static func version(of schema: OperatorSchema, types: [ElementType]) -> Int {
    let newest: Int = schema.sinceVersions.last ?? 1
    guard schema.domain.isEmpty, types.allSatisfy(early.contains) else { return newest }
    return min(newest, versions[schema.name] ?? newest)
  }
}
