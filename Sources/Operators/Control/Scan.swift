package import Graphs
internal import Tensors

/// `Scan`: runs a body once for each slice of its scan inputs. The body gets the carried values and one
/// slice of each scan input (along that input's axis, from the front or from the back); it gives the next
/// carried values and one slice of each scan output.
///
/// Scan inputs have the same extent along their axes, and the shape of a carried value never changes.
/// Scan-8, which has a batch axis in front, is a Scan over the batch around a Scan over the sequence;
/// its `sequence_lens` is refused.
///
/// ONNX operator set: Scan-8 to 25.
package struct ScanOp: KernelOperator, ValueOperator, SubgraphOperator, LegacyOperator {
  package static let schema = OperatorSchema(
    "Scan", since: [8, 9, 11, 16, 19, 21, 23, 24, 25],
    inputs: [Parameter("initial_state_and_scan_inputs", .all, .variadic)],
    outputs: [Parameter("final_state_and_scan_outputs", .all, .variadic)],
    attributes: [
      "body", "num_scan_inputs", "directions", "scan_input_axes", "scan_input_directions",
      "scan_output_axes", "scan_output_directions",
    ])

  package let body: Subgraph
  /// For each scan input, its axis (perhaps from the back) and whether it is read from the back.
  package let inputAxes: [Int]
  package let inputIsReversed: [Bool]
  /// For each scan output, its axis (perhaps from the back) and whether it is filled from the back.
  package let outputAxes: [Int]
  package let outputIsReversed: [Bool]

  package var scanCount: Int { inputAxes.count }
  var carriedCount: Int { body.formalInputCount - scanCount }
  var stackedCount: Int { outputAxes.count }

  package init(_ node: inout NodeReader) throws(GraphError) {
    let scanCount: Int = try node.required("num_scan_inputs", try node.int("num_scan_inputs"))
    let formal: Int = node.inputs.count
    guard scanCount >= 1, scanCount <= formal else {
      throw node.error(
        .invalidAttribute, "num_scan_inputs is \(scanCount) and the node has \(formal) inputs")
    }
    let carried: Int = formal - scanCount
    body = try node.subgraph("body")
    guard body.formalInputCount == formal, body.graph.outputs.count >= carried,
      node.wantsOutput.count <= body.graph.outputs.count
    else {
      throw node.error(
        .invalidAttribute,
        "a body for \(formal) inputs, \(carried) of them carried, must have as many inputs and at least \(max(carried, node.wantsOutput.count)) outputs; found \(body.formalInputCount) and \(body.graph.outputs.count)"
      )
    }
    let stacked: Int = body.graph.outputs.count - carried
    func list(_ name: String, count: Int) throws(GraphError) -> [Int] {
      let values: [Int] = try node.ints(name) ?? Array(repeating: 0, count: count)
      guard values.count == count else {
        throw node.error(.invalidAttribute, "'\(name)' must have \(count) elements, found \(values.count)")
      }
      return values
    }
    func flags(_ name: String, count: Int) throws(GraphError) -> [Bool] {
      let values: [Int] = try list(name, count: count)
      guard values.allSatisfy({ $0 == 0 || $0 == 1 }) else {
        throw node.error(.invalidAttribute, "'\(name)' must be zeros and ones, found \(values)")
      }
      return values.map { $0 == 1 }
    }
    inputAxes = try list("scan_input_axes", count: scanCount)
    inputIsReversed = try flags(
      node.has("directions") ? "directions" : "scan_input_directions", count: scanCount)
    outputAxes = try list("scan_output_axes", count: stacked)
    outputIsReversed = try flags("scan_output_directions", count: stacked)
  }

  /// A Scan whose first inputs are carried, as many as `inputAxes` leaves. Directions are from the front
  /// and output axes 0 unless they are given.
  package init(
    body: Subgraph, inputAxes: [Int], inputIsReversed: [Bool]? = nil, outputAxes: [Int]? = nil,
    outputIsReversed: [Bool]? = nil
  ) {
    let stacked: Int = body.graph.outputs.count - (body.formalInputCount - inputAxes.count)
    self.body = body
    self.inputAxes = inputAxes
    self.inputIsReversed = inputIsReversed ?? Array(repeating: false, count: inputAxes.count)
    self.outputAxes = outputAxes ?? Array(repeating: 0, count: stacked)
    self.outputIsReversed = outputIsReversed ?? Array(repeating: false, count: stacked)
  }

  package var attributes: [Attribute] {
    var result: [Attribute] = [
      Attribute("body", .graph(body)), Attribute("num_scan_inputs", scanCount),
      Attribute("scan_input_axes", inputAxes),
      Attribute("scan_input_directions", inputIsReversed.map { $0 ? 1 : 0 }),
    ]
    if stackedCount > 0 {
      result.append(Attribute("scan_output_axes", outputAxes))
      result.append(Attribute("scan_output_directions", outputIsReversed.map { $0 ? 1 : 0 }))
    }
    return result
  }
  package var subgraphs: [Subgraph] { [body] }
  package func replacingSubgraphs(_ subgraphs: [Subgraph]) -> ScanOp {
    ScanOp(
      body: subgraphs[0], inputAxes: inputAxes, inputIsReversed: inputIsReversed, outputAxes: outputAxes,
      outputIsReversed: outputIsReversed)
  }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    let captures: [InferenceContext.Input?] = Array(context.inputs[body.captureRange])
    var count: Dimension?
    var slices: [ValueType?] = []
    for index in 0..<scanCount {
      guard case .tensor(let type, let dimensions)? = context.type(carriedCount + index) else {
        slices.append(nil)
        continue
      }
      guard var rest = dimensions else {
        slices.append(.tensor(type, nil))
        continue
      }
      let length: Dimension = rest.remove(
        at: try context.normalized(axis: inputAxes[index], rank: rest.count))
      if let known = count?.value, let other = length.value, known != other {
        throw context.error(.shapeMismatch, "scan inputs have \(known) and \(other) slices")
      }
      if count?.value == nil { count = length }
      slices.append(.tensor(type, rest))
    }
    let start: [ValueType?] = (0..<carriedCount).map { context.type($0) }
    let carried = try CarriedTypes(start, body: body.graph, firstOutput: 0, &context) { types in
      (types + slices).enumerated().map { index, type in
        InferenceContext.Input(type: type ?? body.graph[body.graph.inputs[index]].type)
      } + captures
    }
    for index in 0..<carriedCount { context.setOutput(index, type: carried.types[index]) }
    let length: Dimension = count ?? context.freshDimension()
    for index in 0..<stackedCount {
      guard case .tensor(let type, let dimensions)? = carried.outputs[carriedCount + index].type else {
        continue
      }
      var stacked: [Dimension]? = dimensions
      if let rank = dimensions?.count {
        stacked?.insert(length, at: try context.normalized(axis: outputAxes[index], rank: rank + 1))
      }
      context.setOutput(carriedCount + index, type, stacked)
    }
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    var formal: [PrepareContext.FormalInput] = []
    var axes: [Int] = []
    var count: Int = 0
    for index in 0..<body.formalInputCount {
      guard let operand = context.optionalInput(index) else {
        throw context.error(.unknownShape, "an input is left out")
      }
      var shape: Shape = operand.shape
      if index >= carriedCount {
        guard let axis = shape.normalized(axis: inputAxes[index - carriedCount]) else {
          throw context.error(.invalidGraph, "a scan input of shape \(shape) lacks the axis to scan")
        }
        axes.append(axis)
        count = shape.extents.remove(at: axis)
      }
      formal.append((operand.elementType, shape, nil))
    }
    for (index, axis) in axes.enumerated()
    where context.input(carriedCount + index).shape[axis] != count {
      throw context.error(.invalidGraph, "scan inputs have different numbers of slices")
    }
    let plan: any Subplan = try context.plan(body, formal: formal)
    var iterations = IterationPlan(plan, body, &context)
    for index in 0..<carriedCount {
      try iterations.carry(
        input: index, output: index, start: context.input(index), end: context.optionalOutput(index),
        &context)
    }
    for (index, axis) in axes.enumerated() {
      try iterations.slice(
        context.input(carriedCount + index), input: carriedCount + index, axis: axis,
        isReversed: inputIsReversed[index], &context)
    }
    for index in 0..<stackedCount {
      let rank: Int = plan.outputs[carriedCount + index].shape.rank + 1
      let axis: Int = outputAxes[index] < 0 ? outputAxes[index] + rank : outputAxes[index]
      guard axis >= 0, axis < rank else {
        throw context.error(.invalidGraph, "a scan output of rank \(rank) lacks its axis")
      }
      try iterations.stack(
        context.optionalOutput(carriedCount + index), output: carriedCount + index, axis: axis,
        isReversed: outputIsReversed[index], count: count, &context)
    }
    let prepared: IterationPlan = iterations
    let length: Int = count
    return Step { run throws(ExecutionError) in try prepared.run(run, count: length) }
  }
}
