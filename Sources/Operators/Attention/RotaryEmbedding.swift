package import Graphs
internal import Tensors

/// `RotaryEmbedding`: rotates pairs of elements of each head by angles that depend on the position:
///
///     (a, b) becomes (cos a - sin b, sin a + cos b)
///
/// Pairs are halves apart, or neighbours with `interleaved`. Only the first `rotary_embedding_dim` elements
/// of a head take part, if given. X is [batch, heads, length, size] or [batch, length, heads * size]; the
/// caches are [positions, half] with `position_ids` [batch, length], else [batch, length, half].
///
/// ONNX operator set: RotaryEmbedding-23. Source: Su et al., RoFormer, 2021.
package struct RotaryEmbeddingOp: KernelOperator {
  private static let types: TypeSet = [.float32, .float16, .bfloat16]

  package static let schema = OperatorSchema(
    "RotaryEmbedding", since: [23],
    inputs: [
      Parameter("X", types, variable: "T"), Parameter("cos_cache", types, variable: "T"),
      Parameter("sin_cache", types, variable: "T"), Parameter("position_ids", [.int64], .optional),
    ],
    outputs: [Parameter("Y", types, variable: "T")],
    attributes: ["interleaved", "num_heads", "rotary_embedding_dim"])

  package let isInterleaved: Bool
  package let heads: Int?
  package let rotatedSize: Int?

  package init(_ node: inout NodeReader) throws(GraphError) {
    isInterleaved = try node.int("interleaved") ?? 0 != 0
    heads = try node.int("num_heads").flatMap { $0 == 0 ? nil : $0 }
    rotatedSize = try node.int("rotary_embedding_dim").flatMap { $0 == 0 ? nil : $0 }
    guard heads ?? 1 > 0, rotatedSize ?? 2 > 0, (rotatedSize ?? 2) % 2 == 0 else {
      throw node.error(
        .invalidAttribute, "'num_heads' must be positive and 'rotary_embedding_dim' even and positive")
    }
  }

  package var attributes: [Attribute] {
    [
      Attribute("interleaved", isInterleaved), Attribute("num_heads", heads ?? 0),
      Attribute("rotary_embedding_dim", rotatedSize ?? 0),
    ]
  }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    context.setOutput(0, context.elementType(0), context.dimensions(0))
    guard let x = context.dimensions(0) else { return }
    guard x.count == 4 || x.count == 3 else {
      throw context.error(.shapeMismatch, "X must have rank 3 or 4, found \(x.count)")
    }
    if x.count == 3 {
      guard let heads else {
        throw context.error(.missingAttribute, "attribute 'num_heads' is required for an input of rank 3")
      }
      if let hidden = x[2].value, hidden % heads != 0 {
        throw context.error(.shapeMismatch, "\(hidden) elements can't be divided into \(heads) heads")
      }
    }
    let size: Int? = x.count == 4 ? x[3].value : x[2].value.map { $0 / (heads ?? 1) }
    guard let size else { return }
    let rotated: Int = rotatedSize ?? size
    guard rotated <= size, rotated % 2 == 0 else {
      throw context.error(.shapeMismatch, "\(rotated) elements of a head of \(size) can't be rotated")
    }
    let (batch, length) = (x[0], x[x.count == 4 ? 2 : 1])
    // Both caches have as many positions.
    let positions: Dimension? = context.dimensions(1)?.first ?? context.dimensions(2)?.first
    let expected: [Dimension] =
      context.hasInput(3)
      ? [positions ?? 0, Dimension(rotated / 2)] : [batch, length, Dimension(rotated / 2)]
    try RecurrentSizes.check(context, "cos_cache", context.dimensions(1), expected)
    try RecurrentSizes.check(context, "sin_cache", context.dimensions(2), expected)
    try RecurrentSizes.check(context, "position_ids", context.dimensions(3), [batch, length])
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    try context.widened { (context) throws(PlanError) in
      let x: Shape = context.input(0).shape
      let layout = HeadLayout(x, heads: heads)
      let rotated: Int = rotatedSize ?? layout.size
      let half: Int = rotated / 2
      let positions: Int? = context.optionalInput(3)?.slot
      let limit: Int = context.input(1).shape[0]
      let (xSlot, ySlot): (Int, Int) = (context.input(0).slot, context.output(0).slot)
      let (cosSlot, sinSlot): (Int, Int) = (context.input(1).slot, context.input(2).slot)
      let tokens: Int = x[0] * layout.length
      let (first, second, step): (Int, Int, Int) = isInterleaved ? (0, 1, 2) : (0, half, 1)
      return Step { (run) throws(ExecutionError) in
        if let positions {
          let ids = run.input(positions, as: Int64.self)
          for token in 0..<tokens where ids[token] < 0 || ids[token] >= Int64(limit) {
            throw ExecutionError(
              .indexOutOfRange, "position \(ids[token]) is outside [0, \(limit - 1)]")
          }
        }
        let (source, target) = (run.input(xSlot, as: Float.self), run.output(ySlot, as: Float.self))
        let (cosines, sines) = (run.input(cosSlot, as: Float.self), run.input(sinSlot, as: Float.self))
        run.forRanges(of: tokens, grain: max(1, (1 << 13) / max(1, layout.heads * layout.size))) { range, _ in
          for token in range {
            let row: Int = positions.map { Int(run.input($0, as: Int64.self)[token]) } ?? token
            let (cosine, sine) = (cosines + row &* half, sines + row &* half)
            for head in 0..<layout.heads {
              let place: Int =
                layout.offset(token / layout.length, head) &+ token % layout.length &* layout.rowStride
              let (from, to) = (source + place, target + place)
              for pair in 0..<half {
                let (i, j): (Int, Int) = (first &+ pair &* step, second &+ pair &* step)
                let (a, b): (Float, Float) = (from[i], from[j])
                to[i] = cosine[pair] * a - sine[pair] * b
                to[j] = sine[pair] * a + cosine[pair] * b
              }
              for index in rotated..<max(rotated, layout.size) { to[index] = from[index] }
            }
          }
        }
      }
    }
  }
}
