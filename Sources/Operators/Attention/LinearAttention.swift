package import Graphs
internal import Tensors

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// `LinearAttention`: attention by a state S [key size, value size] for each head, from position to position:
///
///     S' = exp(g) S (gated), then S = S' + k (x) v, or with the delta rule S' + beta k (x) (v - S'^T k)
///     o = scale S^T q
///
/// Q, K and V are [batch, length, heads * size]; the decay g has one number for each head or for each key
/// element, beta one for each head or one. Heads of Q share those of K in groups.
///
/// ONNX operator set: LinearAttention-27. Source: Yang et al., Gated Delta Networks, 2024.
package struct LinearAttentionOp: KernelOperator {
  private static let types: TypeSet = [.float16, .bfloat16, .float32]

  package static let schema = OperatorSchema(
    "LinearAttention", since: [27],
    inputs: [
      Parameter("query", types, variable: "T"), Parameter("key", types, variable: "T"),
      Parameter("value", types, variable: "T"), Parameter("past_state", types, .optional, variable: "S"),
      Parameter("decay", types, .optional, variable: "T"), Parameter("beta", types, .optional, variable: "T"),
    ],
    outputs: [Parameter("output", types, variable: "T"), Parameter("present_state", types, variable: "S")],
    attributes: ["chunk_size", "kv_num_heads", "q_num_heads", "scale", "update_rule"])

  package enum Rule: String, Sendable {
    case linear
    case gated
    case delta
    case gatedDelta = "gated_delta"
  }

  package let chunkSize: Int
  package let keyHeads: Int
  package let queryHeads: Int
  package let scale: Float
  package let rule: Rule

  package init(_ node: inout NodeReader) throws(GraphError) {
    chunkSize = try node.int("chunk_size") ?? 64
    keyHeads = try node.required("kv_num_heads", try node.int("kv_num_heads"))
    queryHeads = try node.required("q_num_heads", try node.int("q_num_heads"))
    scale = try node.float("scale") ?? 0
    let name: String = try node.string("update_rule") ?? "gated_delta"
    guard let rule = Rule(rawValue: name) else {
      throw node.error(
        .invalidAttribute,
        "attribute 'update_rule' must be linear, gated, delta or gated_delta, found '\(name)'")
    }
    self.rule = rule
    guard keyHeads > 0, queryHeads > 0, queryHeads % keyHeads == 0 else {
      throw node.error(
        .invalidAttribute, "q_num_heads (\(queryHeads)) must be a multiple of kv_num_heads (\(keyHeads))")
    }
  }

  package var attributes: [Attribute] {
    [
      Attribute("chunk_size", chunkSize), Attribute("kv_num_heads", keyHeads),
      Attribute("q_num_heads", queryHeads), Attribute("scale", scale),
      Attribute("update_rule", rule.rawValue),
    ]
  }

  private var isGated: Bool { rule == .gated || rule == .gatedDelta }
  private var correctsErrors: Bool { rule == .delta || rule == .gatedDelta }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    guard context.hasInput(4) == isGated, context.hasInput(5) == correctsErrors else {
      throw context.error(
        .invalidInput, "decay and beta must be given exactly where the rule '\(rule.rawValue)' uses them")
    }
    let stateType: ElementType? = context.elementType(3) ?? context.elementType(0)
    guard let q = context.dimensions(0), let k = context.dimensions(1), let v = context.dimensions(2) else {
      context.setOutput(0, context.elementType(0), nil)
      context.setOutput(1, stateType, nil)
      return
    }
    guard q.count == 3, k.count == 3, v.count == 3 else {
      throw context.error(.shapeMismatch, "query, key and value must have rank 3")
    }
    for (shape, heads) in [(q, queryHeads), (k, keyHeads), (v, keyHeads)] {
      if let size = shape[2].value, size % heads != 0 {
        throw context.error(.shapeMismatch, "\(size) elements can't be divided into \(heads) heads")
      }
    }
    let keySize: Dimension = q[2].divided(by: Dimension(queryHeads))
    let valueSize: Dimension = v[2].divided(by: Dimension(keyHeads))
    try RecurrentSizes.check(context, "key", k, [q[0], q[1], keySize * Dimension(keyHeads)])
    try RecurrentSizes.check(context, "value", v, [q[0], q[1], v[2]])
    let state: [Dimension] = [q[0], Dimension(keyHeads), keySize, valueSize]
    try RecurrentSizes.check(context, "past_state", context.dimensions(3), state)
    for (index, sizes) in [(4, [Dimension(keyHeads), k[2]]), (5, [Dimension(keyHeads), 1])] {
      guard let shape = context.dimensions(index) else { continue }
      let fits: Bool =
        shape.count == 3 && (shape[2].value == nil || sizes.contains { $0.value == nil || $0 == shape[2] })
      guard fits else {
        throw context.error(.shapeMismatch, "input \(index) has the shape \(shape)")
      }
      try RecurrentSizes.check(context, "input \(index)", shape, [q[0], q[1], shape[2]])
    }
    context.setOutput(0, context.elementType(0), [q[0], q[1], Dimension(queryHeads) * valueSize])
    context.setOutput(1, stateType, state)
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    let (q, v): (Shape, Shape) = (context.input(0).shape, context.input(2).shape)
    let sizes = LinearAttentionSizes(
      batch: q[0], length: q[1], queryHeads: queryHeads, keyHeads: keyHeads, keySize: q[2] / queryHeads,
      valueSize: v[2] / keyHeads, decayWidth: context.optionalInput(4)?.shape[2] ?? 0,
      betaWidth: context.optionalInput(5)?.shape[2] ?? 0)
    let factor: Float = scale == 0 ? 1 / Float(max(1, sizes.keySize)).squareRoot() : scale
    let (isGated, corrects): (Bool, Bool) = (self.isGated, correctsErrors)
    let states: Int? =
      context.optionalOutput(1) == nil
      ? context.temporary(sizes.batch * sizes.keyHeads * sizes.stateSize * 4) : nil
    return try context.widened { (context) throws(PlanError) in
      let slots: [Int] = (0..<3).map { context.input($0).slot }
      let (past, decay, beta): (Int?, Int?, Int?) = (
        context.optionalInput(3)?.slot, context.optionalInput(4)?.slot, context.optionalInput(5)?.slot
      )
      let (qSlot, kSlot, vSlot) = (slots[0], slots[1], slots[2])
      let output: Int? = context.optionalOutput(0)?.slot
      let present: Int = states ?? context.output(1).slot
      context.reserveScratch(sizes.valueSize * 4)
      return Step { run in
        run.parallel(sizes.batch &* sizes.keyHeads) { task, worker in
          let (image, head): (Int, Int) = (task / sizes.keyHeads, task % sizes.keyHeads)
          let state = run.output(present, as: Float.self) + task &* sizes.stateSize
          if let past {
            state.update(
              from: run.input(past, as: Float.self) + task &* sizes.stateSize, count: sizes.stateSize)
          } else {
            state.update(repeating: 0, count: sizes.stateSize)
          }
          let change = run.scratch(worker).assumingMemoryBound(to: Float.self)
          for time in 0..<sizes.length {
            let token: Int = image &* sizes.length &+ time
            let key =
              run.input(kSlot, as: Float.self) + (token &* sizes.keyHeads &+ head) &* sizes.keySize
            let value =
              run.input(vSlot, as: Float.self) + (token &* sizes.keyHeads &+ head) &* sizes.valueSize
            if isGated, let decay {
              sizes.decay(state, run.input(decay, as: Float.self), token, head)
            }
            change.update(from: value, count: sizes.valueSize)
            if corrects, let beta {
              let rate: Float =
                run.input(beta, as: Float.self)[
                  token &* sizes.betaWidth &+ (sizes.betaWidth == 1 ? 0 : head)]
              for row in 0..<sizes.keySize {
                let line = state + row &* sizes.valueSize
                for column in 0..<sizes.valueSize { change[column] -= key[row] * line[column] }
              }
              for column in 0..<sizes.valueSize { change[column] *= rate }
            }
            for row in 0..<sizes.keySize {
              let line = state + row &* sizes.valueSize
              for column in 0..<sizes.valueSize { line[column] += key[row] * change[column] }
            }
            guard let output else { continue }
            let group: Int = sizes.queryHeads / sizes.keyHeads
            for own in 0..<group {
              let index: Int = token &* sizes.queryHeads &+ head &* group &+ own
              sizes.read(
                state, run.input(qSlot, as: Float.self) + index &* sizes.keySize,
                run.output(output, as: Float.self) + index &* sizes.valueSize, factor)
            }
          }
        }
      }
    }
  }
}

/// The extents of a linear attention, and its steps over the state.
private struct LinearAttentionSizes: Sendable {
  let batch: Int
  let length: Int
  let queryHeads: Int
  let keyHeads: Int
  let keySize: Int
  let valueSize: Int
  let decayWidth: Int
  let betaWidth: Int

  var stateSize: Int { keySize * valueSize }

  /// Multiplies each row of the state by the exponential of its decay.
  func decay(_ state: UnsafeMutablePointer<Float>, _ decay: UnsafePointer<Float>, _ token: Int, _ head: Int) {
    let isPerHead: Bool = decayWidth == keyHeads
    let own = decay + (token &* decayWidth &+ head &* (isPerHead ? 1 : keySize))
    for row in 0..<keySize {
      let factor: Float = exp(own[isPerHead ? 0 : row])
      let line = state + row &* valueSize
      for column in 0..<valueSize { line[column] *= factor }
    }
  }

  /// `out = factor * state^T query`.
  func read(
    _ state: UnsafePointer<Float>, _ query: UnsafePointer<Float>, _ out: UnsafeMutablePointer<Float>,
    _ factor: Float
  ) {
    out.update(repeating: 0, count: valueSize)
    for row in 0..<keySize {
      let line = state + row &* valueSize
      let weight: Float = factor * query[row]
      for column in 0..<valueSize { out[column] += weight * line[column] }
    }
  }
}
