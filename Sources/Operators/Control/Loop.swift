package import Graphs
internal import Tensors

/// `Loop`: runs a body at most M times, as long as a condition holds. The body gets the iteration's
/// number, the condition, and the carried values; it gives the next condition, the next carried values,
/// and for each further output a tensor that is one slice of a stacked result (along a new axis 0).
///
/// The condition that the body gives counts whether or not the node has a first one. Carried values may be
/// anything; stacked ones are tensors whose shape is the same in every iteration.
///
/// Planned ahead where an iteration changes no shape and either nothing is stacked or the number of
/// iterations is known; otherwise evaluated.
///
/// ONNX operator set: Loop-1 to 25.
package struct LoopOp: KernelOperator, ValueOperator, SubgraphOperator {
  package static let schema = OperatorSchema(
    "Loop", since: [1, 11, 13, 16, 19, 21, 23, 24, 25],
    inputs: [
      Parameter("M", [.int64], .optional), Parameter("cond", [.bool], .optional),
      Parameter("v_initial", .all, .variadic, allowsContainers: true),
    ],
    outputs: [Parameter("v_final_and_scan_outputs", .all, .variadic, allowsContainers: true)],
    attributes: ["body"])

  package let body: Subgraph

  /// How many values are carried.
  private var carriedCount: Int { body.formalInputCount - 2 }
  private var stackedCount: Int { body.graph.outputs.count - 1 - carriedCount }

  package init(_ node: inout NodeReader) throws(GraphError) {
    while node.inputs.count < 2 { node.inputs.append(nil) }
    let carried: Int = node.inputs.count - 2
    body = try node.subgraph("body")
    guard body.formalInputCount == carried + 2, body.graph.outputs.count >= carried + 1 else {
      throw node.error(
        .invalidAttribute,
        "a body for \(carried) carried values must have \(carried + 2) inputs and at least \(carried + 1) outputs; found \(body.formalInputCount) and \(body.graph.outputs.count)"
      )
    }
    guard node.wantsOutput.count <= body.graph.outputs.count - 1 else {
      throw node.error(
        .invalidAttribute,
        "a body for \(node.wantsOutput.count) outputs must have at least \(node.wantsOutput.count + 1); found \(body.graph.outputs.count)"
      )
    }
  }

  private init(body: Subgraph) { self.body = body }

  package var attributes: [Attribute] { [Attribute("body", .graph(body))] }
  package var subgraphs: [Subgraph] { [body] }
  package func replacingSubgraphs(_ subgraphs: [Subgraph]) -> LoopOp { LoopOp(body: subgraphs[0]) }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    let captures: [InferenceContext.Input?] = Array(context.inputs[body.captureRange])
    // An iteration only runs while the condition holds.
    let holds = Tensor([true], context.type(1)?.shape ?? .scalar)
    let start: [ValueType?] = (0..<carriedCount).map { context.type(2 + $0) }
    let carried = try CarriedTypes(start, body: body.graph, firstOutput: 1, &context) { types in
      var inputs: [InferenceContext.Input?] = [
        InferenceContext.Input(type: .tensor(.int64, Shape.scalar)),
        InferenceContext.Input(type: .tensor(.bool, holds.shape), known: .tensor(holds)),
      ]
      for (index, type) in types.enumerated() {
        let declared: ValueType? = body.graph[body.graph.inputs[2 + index]].type
        inputs.append(InferenceContext.Input(type: type ?? declared))
      }
      return inputs + captures
    }
    for index in 0..<carriedCount { context.setOutput(index, type: carried.types[index]) }
    let count: Dimension = knownCount(context, next: carried.outputs[0].known) ?? context.freshDimension()
    for index in 0..<stackedCount {
      let slice: ValueType? = carried.outputs[1 + carriedCount + index].type
      guard case .tensor(let type, let dimensions)? = slice else { continue }
      context.setOutput(carriedCount + index, type, dimensions.map { [count] + $0 })
    }
  }

  /// The number of iterations; nil where only a run tells.
  private func knownCount(_ context: InferenceContext, next: KnownValue?) -> Dimension? {
    if context.hasInput(1) {
      guard let first = context.tensor(1)?.condition else { return nil }
      if !first { return 0 }
    }
    guard next?.tensor?.condition == true, context.hasInput(0),
      let count = context.knownDimensions(0)?.first?.value
    else { return nil }
    return Dimension(max(count, 0))
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    let limit: PrepareContext.Operand? = context.optionalInput(0)
    let first: PrepareContext.Operand? = context.optionalInput(1)
    let holds = Tensor([true], first?.shape ?? .scalar)
    var formal: [PrepareContext.FormalInput] = [(.int64, .scalar, nil), (.bool, holds.shape, holds)]
    for index in 0..<carriedCount {
      guard let operand = context.optionalInput(2 + index) else {
        throw context.error(.unknownShape, "a carried value is left out")
      }
      formal.append((operand.elementType, operand.shape, nil))
    }
    let plan: any Subplan = try context.plan(body, formal: formal)
    guard plan.outputs[0].type == .bool, plan.outputs[0].shape.count == 1, holds.count == 1,
      limit == nil || limit?.shape.count == 1
    else { throw context.error(.unknownShape, "M and the condition must have one element") }
    let goesOn: Bool = plan.knownOutputs[0]?.condition == true
    if goesOn, limit == nil { throw context.error(.invalidGraph, "the loop never ends") }
    var count: Int?
    if let constant = limit?.constant?.integers?.first { count = max(constant, 0) }
    if limit == nil { count = Int.max }
    let isFixed: Bool = goesOn && count != nil && (first == nil || first?.constant != nil)
    guard stackedCount == 0 || isFixed else {
      throw context.error(.unknownShape, "the number of iterations depends on data")
    }
    if first?.constant?.condition == false { count = 0 }

    var iterations = IterationPlan(plan, body, &context)
    let number: Int = context.temporary(8)
    let condition: Int = context.temporary(1)
    let next: Int = context.temporary(1)
    iterations.setInput(0, slot: number)
    iterations.setInput(1, slot: condition)
    iterations.setOutput(0, slot: next)
    for index in 0..<carriedCount {
      try iterations.carry(
        input: 2 + index, output: 1 + index, start: context.input(2 + index),
        end: context.optionalOutput(index), &context)
    }
    for index in 0..<stackedCount {
      try iterations.stack(
        context.optionalOutput(carriedCount + index), output: 1 + carriedCount + index, axis: 0,
        isReversed: false, count: count ?? 0, &context)
    }
    let prepared: IterationPlan = iterations
    let fixedCount: Int? = count
    let limitSlot: Int? = limit?.slot
    let firstSlot: Int? = first?.slot
    return Step { run throws(ExecutionError) in
      run.output(condition, as: UInt8.self).pointee = 1
      var count: Int = fixedCount ?? 0
      if fixedCount == nil, let limitSlot { count = Int(run.input(limitSlot, as: Int64.self).pointee) }
      if let firstSlot, run.input(firstSlot, as: UInt8.self).pointee == 0 { count = 0 }
      let counter = run.output(number, as: Int64.self)
      let flag = run.output(next, as: UInt8.self)
      try prepared.run(
        run, count: count, before: { counter.pointee = Int64($0) }, goesOn: { goesOn || flag.pointee != 0 })
    }
  }
}
