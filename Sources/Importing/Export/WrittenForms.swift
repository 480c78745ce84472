internal import Graphs
internal import Tensors

/// The operator set from which on an operator of `ai.onnx` reads the way it is written here.
///
/// Many forms of an operator add element types alone. A node whose values have none of the types that came
/// late needs no more than the form before these, and more runtimes know an operator set the older it is.
/// A form that changes what an attribute means, or adds one, is needed only by nodes with that attribute.
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
      "SplitToSequence", "Squeeze", "Tan", "ThresholdedRelu", "TopK", "Transpose", "Unique", "Unsqueeze",
    ],
    14: ["GRU", "HardSwish", "LSTM", "RNN", "Reshape"],
    15: ["Bernoulli", "Optional", "Shape"],
    16: ["Identity", "If", "Loop", "RoiAlign", "Scan"],
    18: [
      "LpPool", "Mish", "OptionalGetElement", "OptionalHasElement", "ReduceLogSum", "ReduceLogSumExp",
    ],
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

  /// The lowest operator set for `op` with values of these types and as many inputs.
  static func version(of op: any Operator, types: [ElementType], inputCount: Int) -> Int {
    let schema: OperatorSchema = type(of: op).schema
    let newest: Int = schema.sinceVersions.last ?? 1
    guard schema.domain.isEmpty, types.allSatisfy(early.contains) else { return newest }
    switch schema.name {
    case "AveragePool", "LpPool", "MaxPool":
      // Older forms count a last window that begins in the padding.
      if isSet("ceil_mode", op) { return newest }
    case "Mod":
      // Older forms take integers alone where the result has the divisor's sign.
      if !isSet("fmod", op), types.contains(where: \.isFloatingPoint) { return newest }
    case "Attention":
      if op.attributes.contains(where: { $0.name.hasSuffix("_window_size") }) { return newest }
      return inputCount > 6 ? 24 : 23
    default: break
    }
    return min(newest, versions[schema.name] ?? newest)
  }

  private static func isSet(_ name: String, _ op: any Operator) -> Bool {
    op.attributes.contains { attribute in
      if attribute.name == name, case .int(let value) = attribute.value { value != 0 } else { false }
    }
  }
}
