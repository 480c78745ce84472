package import Graphs
package import Tensors

/// `If`: the outputs of one of two graphs, chosen by a bool. Both graphs have no inputs but what they
/// capture, and outputs of the same types; where only the shapes differ, the result's are unknown.
///
/// A condition that is known when planning leaves one branch; otherwise both are planned, and their
/// outputs must have the same shapes, or the branch is evaluated.
///
/// ONNX operator set: If-1 to 25.
package struct IfOp: KernelOperator, ValueOperator, SubgraphOperator {
  package static let schema = OperatorSchema(
    "If", since: [1, 11, 13, 16, 19, 21, 23, 24, 25],
    inputs: [
      Parameter("cond", [.bool]), Parameter("captures", .all, .variadic, allowsContainers: true),
    ],
    outputs: [Parameter("outputs", .all, .variadic, allowsContainers: true)],
    attributes: ["then_branch", "else_branch"])

  package let thenBranch: Subgraph
  package let elseBranch: Subgraph

  package init(_ node: inout NodeReader) throws(GraphError) {
    guard node.inputs.count == 1 else {
      throw node.error(.invalidInput, "expected 1 input, found \(node.inputs.count)")
    }
    thenBranch = try node.subgraph("then_branch")
    elseBranch = try node.subgraph("else_branch")
    for branch in [thenBranch, elseBranch] {
      guard branch.formalInputCount == 0, branch.graph.outputs.count >= node.wantsOutput.count else {
        throw node.error(
          .invalidAttribute,
          "a branch must have no inputs and \(node.wantsOutput.count) outputs; found \(branch.formalInputCount) and \(branch.graph.outputs.count)"
        )
      }
    }
  }

  private init(then thenBranch: Subgraph, else elseBranch: Subgraph) {
    self.thenBranch = thenBranch
    self.elseBranch = elseBranch
  }

  package var attributes: [Attribute] {
    [Attribute("then_branch", .graph(thenBranch)), Attribute("else_branch", .graph(elseBranch))]
  }
  package var subgraphs: [Subgraph] { [thenBranch, elseBranch] }
  package func replacingSubgraphs(_ subgraphs: [Subgraph]) -> IfOp {
    IfOp(then: subgraphs[0], else: subgraphs[1])
  }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    if let condition = context.tensor(0)?.condition {
      let branch: Subgraph = condition ? thenBranch : elseBranch
      let results = try context.infer(branch.graph, inputs: Array(context.inputs[branch.captureRange]))
      for (index, result) in results.enumerated() {
        context.setOutput(index, type: result.type)
        context.setKnown(index, result.known)
      }
      return
    }
    let first = try context.infer(thenBranch.graph, inputs: Array(context.inputs[thenBranch.captureRange]))
    let second = try context.infer(elseBranch.graph, inputs: Array(context.inputs[elseBranch.captureRange]))
    for (index, pair) in zip(first, second).enumerated() {
      guard let left = pair.0.type, let right = pair.1.type else { continue }
      context.setOutput(index, type: left.joined(with: right) { context.freshDimension() })
    }
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    if let condition = context.input(0).constant?.condition {
      let branch = try BranchPlan(condition ? thenBranch : elseBranch, &context)
      return Step { run throws(ExecutionError) in try branch.run(run) }
    }
    let condition: Int = context.input(0).slot
    guard context.input(0).shape.count == 1 else {
      throw context.error(.invalidGraph, "the condition has \(context.input(0).shape.count) elements, not 1")
    }
    let first = try BranchPlan(thenBranch, &context)
    let second = try BranchPlan(elseBranch, &context)
    return Step { run throws(ExecutionError) in
      if run.slots[condition].load(as: UInt8.self) != 0 { try first.run(run) } else { try second.run(run) }
    }
  }

  package func evaluate(_ inputs: [Value?], _ context: EvaluationContext) throws(ExecutionError) -> [Value?] {
    guard let condition = inputs.first??.tensor?.condition else {
      throw context.error(.invalidInput, "the condition must be one bool")
    }
    let branch: Subgraph = condition ? thenBranch : elseBranch
    let results: [Value?] = try context.graphs.run(branch.graph, inputs: Array(inputs[branch.captureRange]))
    return Array(results.prefix(context.wantsOutput.count))
  }
}

/// One branch, planned: what it captures and where its outputs go.
private struct BranchPlan: Sendable {
  private let plan: any Subplan
  private let captures: [Int]
  private let targets: [Int]
  private let state: Int
  private let table: Int

  init(_ branch: Subgraph, _ context: inout PrepareContext) throws(PlanError) {
    let plan: any Subplan = try context.plan(branch, formal: [])
    var targets: [Int] = []
    for (index, output) in plan.outputs.enumerated() {
      guard let wanted = context.optionalOutput(index) else {
        targets.append(context.temporary(output.type.byteCount(of: output.shape.count) ?? 0))
        continue
      }
      guard wanted.elementType == output.type, wanted.shape == output.shape else {
        throw context.error(.unknownShape, "the branches give different shapes")
      }
      targets.append(wanted.slot)
    }
    captures = context.inputs[branch.captureRange].map { $0?.slot ?? 0 }
    state = context.temporary(plan.stateBytes)
    table = context.temporary((captures.count + targets.count) * MemoryLayout<Int>.stride)
    context.reserveScratch(plan.scratchBytes)
    self.plan = plan
    self.targets = targets
  }

  func run(_ run: RunContext) throws(ExecutionError) {
    let inputs = run.output(table, as: UnsafeMutableRawPointer.self)
    let outputs: UnsafeMutablePointer<UnsafeMutableRawPointer> = inputs + captures.count
    for index in captures.indices { inputs[index] = run.slots[captures[index]] }
    for index in targets.indices { outputs[index] = run.slots[targets[index]] }
    plan.begin(state: run.slots[state])
    try plan.run(state: run.slots[state], inputs: inputs, outputs: outputs, context: run)
  }
}
