package import Graphs
internal import KernelInterface
package import Tensors

/// `Attention`: `softmax(scale Q K^T + mask) V` for each head, with grouped heads of K and V, a cap of the scores
/// (`softcap tanh(score / softcap)`), causal and windowed masks aligned to the end of a cache, and that
/// cache's update. A query that may attend no key gives zeros.
///
/// Q, K and V are [batch, heads, length, size], or [batch, length, heads * size] with the numbers of heads as
/// attributes. Scores are computed in blocks of queries, at least in float32, whatever `softmax_precision` says.
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
      Attribute("softcap", softcap), Attribute("left_window_size", leftWindow ?? -1),
      Attribute("right_window_size", rightWindow ?? -1),
    ]
    if let queryHeads { result.append(Attribute("q_num_heads", queryHeads)) }
    if let keyHeads { result.append(Attribute("kv_num_heads", keyHeads)) }
    if let scale { result.append(Attribute("scale", scale)) }
    if let softmaxPrecision { result.append(Attribute("softmax_precision", softmaxPrecision)) }
    return result
  }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    guard let q = context.dimensions(0), let k = context.dimensions(1), let v = context.dimensions(2) else {
      context.setOutput(0, context.elementType(0), nil)
      context.setOutput(1, context.elementType(0), nil)
      context.setOutput(2, context.elementType(2), nil)
      context.setOutput(3, context.elementType(0), nil)
      return
    }
    guard q.count == k.count, q.count == v.count, q.count == 3 || q.count == 4 else {
      throw context.error(
        .shapeMismatch, "Q, K and V must all have rank 3 or 4, found \(q.count), \(k.count) and \(v.count)")
    }
    guard context.hasInput(4) == context.hasInput(5) else {
      throw context.error(.invalidInput, "past_key and past_value must be given together")
    }
    let query: AttentionTensor = try tensor(q, heads: queryHeads, "q_num_heads", context)
    let key: AttentionTensor = try tensor(k, heads: keyHeads, "kv_num_heads", context)
    let value: AttentionTensor = try tensor(v, heads: keyHeads, "kv_num_heads", context)
    if let a = query.size.value, let b = key.size.value, a != b {
      throw context.error(.shapeMismatch, "a head of Q has \(a) elements, one of K \(b)")
    }
    if let a = key.length.value, let b = value.length.value, a != b {
      throw context.error(.shapeMismatch, "K has \(a) positions, V has \(b)")
    }
    if let a = query.heads.value, let b = key.heads.value, b == 0 || a % b != 0 {
      throw context.error(.shapeMismatch, "\(a) heads of Q can't share \(b) heads of K")
    }
    let past: Dimension = context.hasInput(4) ? context.dimensions(4)?[2] ?? context.freshDimension() : 0
    let total: Dimension = past + key.length
    let y: [Dimension] =
      q.count == 4
      ? [query.batch, query.heads, query.length, value.size]
      : [query.batch, query.length, query.heads * value.size]
    context.setOutput(0, context.elementType(0), y)
    context.setOutput(1, context.elementType(1), [query.batch, key.heads, total, key.size])
    context.setOutput(2, context.elementType(2), [query.batch, key.heads, total, value.size])
    context.setOutput(3, context.elementType(0), [query.batch, query.heads, query.length, total])
  }

  private struct AttentionTensor {
    var batch: Dimension
    var heads: Dimension
    var length: Dimension
    var size: Dimension
  }

  private func tensor(_ shape: [Dimension], heads: Int?, _ name: String, _ context: InferenceContext)
    throws(GraphError) -> AttentionTensor
  {
    if shape.count == 4 {
      return AttentionTensor(batch: shape[0], heads: shape[1], length: shape[2], size: shape[3])
    }
    guard let heads else {
      throw context.error(.missingAttribute, "attribute '\(name)' is required for inputs of rank 3")
    }
    if let hidden = shape[2].value, hidden % heads != 0 {
      throw context.error(.shapeMismatch, "\(hidden) elements can't be divided into \(heads) heads")
    }
    return AttentionTensor(
      batch: shape[0], heads: Dimension(heads), length: shape[1],
      size: shape[2].divided(by: Dimension(heads)))
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
