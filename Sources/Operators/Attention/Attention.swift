package import Graphs
internal import KernelInterface
package import Tensors

/// `Attention`: `softmax(scale Q K^T + mask) V` for each head, with grouped heads of K and V, a cap of the
/// scores (`softcap tanh(score / softcap)`), causal and windowed masks aligned to the end of a cache, and
/// that cache's update. A query that may attend no key gives zeros.
///
/// Q, K and V are [batch, heads, length, size], or [batch, length, heads * size] with the numbers of heads as
/// attributes. Scores are computed in blocks of queries, at least in float32, whatever `softmax_precision`
/// says.
///
/// ONNX operator set: Attention-23 to 25.
package struct AttentionOp: KernelOperator, CostedOperator {
  package static let schema = OperatorSchema(
    "Attention", since: [23, 24, 25],
    inputs: [
      Parameter("Q", .floats, variable: "T1"), Parameter("K", .floats, variable: "T1"),
      Parameter("V", .floats, variable: "T2"),
      Parameter("attn_mask", .numbers | [.bool], .optional, variable: "U"),
      Parameter("past_key", .floats, .optional, variable: "T1"),
      Parameter("past_value", .floats, .optional, variable: "T2"),
      Parameter("nonpad_kv_seqlen", [.int64], .optional),
    ],
    outputs: [
      Parameter("Y", .floats, variable: "T1"), Parameter("present_key", .floats, .optional, variable: "T1"),
      Parameter("present_value", .floats, .optional, variable: "T2"),
      Parameter("qk_matmul_output", .floats, .optional, variable: "T1"),
    ],
    attributes: [
      "is_causal", "kv_num_heads", "left_window_size", "q_num_heads", "qk_matmul_output_mode",
      "right_window_size", "scale", "softcap", "softmax_precision",
    ])

  let isCausal: Bool
  let queryHeads: Int?
  let keyHeads: Int?
  /// Keys before and after a query's own position that it may attend; nil for all.
  let leftWindow: Int?
  let rightWindow: Int?
  /// What the fourth output holds: 0 scores, 1 capped scores, 2 masked scores, 3 probabilities.
  let scoreOutput: Int
  let scale: Float?
  let softcap: Float
  let softmaxPrecision: Int?

  package init(_ node: inout NodeReader) throws(GraphError) {
    isCausal = try node.int("is_causal") ?? 0 != 0
    queryHeads = try Self.heads("q_num_heads", node)
    keyHeads = try Self.heads("kv_num_heads", node)
    leftWindow = try Self.window("left_window_size", node)
    rightWindow = try Self.window("right_window_size", node)
    scoreOutput = try node.int("qk_matmul_output_mode") ?? 0
    scale = try node.float("scale")
    softcap = try node.float("softcap") ?? 0
    softmaxPrecision = try node.int("softmax_precision")
    guard (0...3).contains(scoreOutput) else {
      throw node.error(
        .invalidAttribute, "attribute 'qk_matmul_output_mode' must be from 0 to 3, found \(scoreOutput)")
    }
  }

  private static func heads(_ name: String, _ node: NodeReader) throws(GraphError) -> Int? {
    guard let count = try node.int(name), count != 0 else { return nil }
    guard count > 0 else {
      throw node.error(.invalidAttribute, "attribute '\(name)' must be positive, found \(count)")
    }
    return count
  }

  private static func window(_ name: String, _ node: NodeReader) throws(GraphError) -> Int? {
    guard let size = try node.int(name), size != -1 else { return nil }
    guard size >= 0 else {
      throw node.error(.invalidAttribute, "attribute '\(name)' must be -1 or more, found \(size)")
    }
    return size
  }

  /// Attention of heads [batch, heads, length, size], without a mask of its own.
  package init(scale: Float) {
    self.init(
      isCausal: false, queryHeads: nil, keyHeads: nil, leftWindow: nil, rightWindow: nil, scoreOutput: 0,
      scale: scale, softcap: 0, softmaxPrecision: nil)
  }

  private init(
    isCausal: Bool, queryHeads: Int?, keyHeads: Int?, leftWindow: Int?, rightWindow: Int?, scoreOutput: Int,
    scale: Float?, softcap: Float, softmaxPrecision: Int?
  ) {
    self.isCausal = isCausal
    self.queryHeads = queryHeads
    self.keyHeads = keyHeads
    self.leftWindow = leftWindow
    self.rightWindow = rightWindow
    self.scoreOutput = scoreOutput
    self.scale = scale
    self.softcap = softcap
    self.softmaxPrecision = softmaxPrecision
  }

  /// The same over inputs [batch, length, heads * size].
  package func withHeads(query: Int, key: Int) -> AttentionOp {
    AttentionOp(
      isCausal: isCausal, queryHeads: query, keyHeads: key, leftWindow: leftWindow, rightWindow: rightWindow,
      scoreOutput: scoreOutput, scale: scale, softcap: softcap, softmaxPrecision: softmaxPrecision)
  }

  package var attributes: [Attribute] {
    var result: [Attribute] = [
      Attribute("is_causal", isCausal), Attribute("qk_matmul_output_mode", scoreOutput),
      Attribute("softcap", softcap),
    ]
    if let leftWindow { result.append(Attribute("left_window_size", leftWindow)) }
    if let rightWindow { result.append(Attribute("right_window_size", rightWindow)) }
    if let queryHeads { result.append(Attribute("q_num_heads", queryHeads)) }
    if let keyHeads { result.append(Attribute("kv_num_heads", keyHeads)) }
    if let scale { result.append(Attribute("scale", scale)) }
    if let softmaxPrecision { result.append(Attribute("softmax_precision", softmaxPrecision)) }
    return result
  }

  package func flops(inputs: [Shape?], outputs: [Shape?]) -> Int {
    guard inputs.count > 1, let q = inputs[0], let k = inputs[1] else { return 0 }
    return 4 &* q.count &* (k.rank == 4 ? k[2] : k[1])
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    try context.widened { (context) throws(PlanError) in
      guard context.input(2).elementType == context.output(0).elementType else {
        throw context.unsupported(context.input(2).elementType)
      }
      switch context.output(0).elementType {
      case .float32:
        return try AttentionStep(self, &context, context.kernels.gemmF32, .float32).step()
      case .float64:
        return try AttentionStep(self, &context, context.kernels.gemmF64, .float64).step()
      default: throw context.unsupported(context.output(0).elementType)
      }
    }
  }
}
