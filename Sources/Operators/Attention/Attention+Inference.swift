package import Graphs
internal import Tensors

/// Shapes of an Attention: every input must fit the others before a kernel reads it. The mask broadcasts to
/// [batch, heads, queries, keys], where it may have fewer columns than there are keys.
extension AttentionOp {
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
    let query: Heads = try heads(q, queryHeads, "q_num_heads", context)
    let key: Heads = try heads(k, keyHeads, "kv_num_heads", context)
    let value: Heads = try heads(v, keyHeads, "kv_num_heads", context)
    if let a = query.size.value, let b = key.size.value, a != b {
      throw context.error(.shapeMismatch, "a head of Q has \(a) elements, one of K \(b)")
    }
    if let a = key.length.value, let b = value.length.value, a != b {
      throw context.error(.shapeMismatch, "K has \(a) positions, V has \(b)")
    }
    if let a = query.heads.value, let b = key.heads.value, b == 0 || a % b != 0 {
      throw context.error(.shapeMismatch, "\(a) heads of Q can't share \(b) heads of K")
    }
    guard query.batch.mayEqual(key.batch), query.batch.mayEqual(value.batch),
      key.heads.mayEqual(value.heads)
    else {
      throw context.error(
        .shapeMismatch, "Q, K and V must have one batch, and K and V as many heads, found \(q), \(k) and \(v)"
      )
    }
    let past: Dimension = try pastLength(&context)
    let total: Dimension = past + key.length
    try RecurrentSizes.check(
      context, "past_key", context.dimensions(4), [query.batch, key.heads, past, key.size])
    try RecurrentSizes.check(
      context, "past_value", context.dimensions(5), [query.batch, key.heads, past, value.size])
    try RecurrentSizes.check(context, "nonpad_kv_seqlen", context.dimensions(6), [query.batch])
    try checkMask([query.batch, query.heads, query.length, total], context)
    let y: [Dimension] =
      q.count == 4
      ? [query.batch, query.heads, query.length, value.size]
      : [query.batch, query.length, query.heads * value.size]
    context.setOutput(0, context.elementType(0), y)
    context.setOutput(1, context.elementType(1), [query.batch, key.heads, total, key.size])
    context.setOutput(2, context.elementType(2), [query.batch, key.heads, total, value.size])
    context.setOutput(3, context.elementType(0), [query.batch, query.heads, query.length, total])
  }

  /// What the dimensions of Q, K or V stand for.
  private struct Heads {
    var batch: Dimension
    var heads: Dimension
    var length: Dimension
    var size: Dimension
  }

  private func heads(_ shape: [Dimension], _ count: Int?, _ name: String, _ context: InferenceContext)
    throws(GraphError) -> Heads
  {
    if shape.count == 4 {
      return Heads(batch: shape[0], heads: shape[1], length: shape[2], size: shape[3])
    }
    guard let count else {
      throw context.error(.missingAttribute, "attribute '\(name)' is required for inputs of rank 3")
    }
    if let hidden = shape[2].value, hidden % count != 0 {
      throw context.error(.shapeMismatch, "\(hidden) elements can't be divided into \(count) heads")
    }
    return Heads(
      batch: shape[0], heads: Dimension(count), length: shape[1],
      size: shape[2].divided(by: Dimension(count)))
  }

  private func pastLength(_ context: inout InferenceContext) throws(GraphError) -> Dimension {
    guard context.hasInput(4) else { return 0 }
    guard let past = context.dimensions(4) else { return context.freshDimension() }
    guard past.count == 4 else {
      throw context.error(.shapeMismatch, "past_key must have rank 4, found \(past)")
    }
    return past[2]
  }

  private func checkMask(_ scores: [Dimension], _ context: InferenceContext) throws(GraphError) {
    guard let mask = context.dimensions(3) else { return }
    var fits: Bool = mask.count <= 4
    for (axis, (extent, whole)) in zip(mask.reversed(), scores.reversed()).enumerated() {
      let isShorter: Bool = axis == 0 && (extent - whole).value.map { $0 < 0 } ?? false
      fits = fits && (extent.value == 1 || isShorter || extent.mayEqual(whole))
    }
    guard fits else {
      throw context.error(.shapeMismatch, "a mask \(mask) doesn't broadcast to the scores \(scores)")
    }
  }
}

extension Dimension {
  /// Whether some extents make both equal.
  fileprivate func mayEqual(_ other: Dimension) -> Bool {
    guard let difference = (self - other).value else { return true }
    return difference == 0
  }
}
