package import Graphs
package import KernelInterface
internal import Tensors

/// Applies rules, stage by stage, each to a fixpoint.
package struct Optimizer: Sendable {
  private let kernels: KernelTable
  private let stages: [OptimizationStage]
  /// No more rewrites than this are done: bisects a wrong one.
  private let maxRewrites: Int
  private let disabled: Set<String>
  /// Constants that must stay as they are, by name.
  private let kept: Set<String>
  /// Whether the report tells what became of every normalization and every scale or shift.
  private let surveys: Bool

  package init(
    kernels: KernelTable, stages: [OptimizationStage] = OptimizationStage.pipeline, maxRewrites: Int = .max,
    disabled: Set<String> = [], kept: Set<String> = [], surveys: Bool = false
  ) {
    self.kernels = kernels
    self.stages = stages
    self.maxRewrites = maxRewrites
    self.disabled = disabled
    self.kept = kept
    self.surveys = surveys
  }

  /// `graph`, which has been inferred, and the graphs inside its operators, optimized.
  package func optimize(_ graph: Graph, report: inout OptimizationReport) throws(GraphError) -> Graph {
    var graph: Graph = try trimmed(graph)
    let firstEntry: Int = report.entries.count
    var survey: AffineSurvey? = surveys ? AffineSurvey(disabled: disabled) : nil
    for phase in stages.phases where phase.first?.phase != .loops || graph.hasSubgraphs {
      survey?.recount()
      graph = try optimize(graph, phase, &report, &survey)
    }
    if let survey {
      report.fates += survey.fates(
        after: report.entries[firstEntry...], isExhausted: report.entries.count >= maxRewrites)
    }
    return graph
  }

  /// `graph`, and then the graphs inside its operators, after the stages of one phase.
  private func optimize(
    _ start: Graph, _ phase: ArraySlice<OptimizationStage>, _ report: inout OptimizationReport,
    _ survey: inout AffineSurvey?
  ) throws(GraphError) -> Graph {
    var graph: Graph = start
    for stage in phase {
      // What a stage folds may show a map that was none as written.
      survey?.find(in: RewriteContext(graph: graph, kernels: kernels))
      // Loops give their bodies' constants to the graph around them.
      graph = try run(stage, on: graph.keeping(kept), &report).roundingConstants { name, exact, rounded in
        if surveys { report.foldings.append((name, exact.error(of: rounded))) }
      }
      if stage.rules.contains(where: { $0 is DissolveMaps }) {
        survey?.explain(in: RewriteContext(graph: graph, kernels: kernels))
      }
    }
    graph = graph.compacted()
    survey?.count(in: RewriteContext(graph: graph, kernels: kernels))
    return try optimizeSubgraphs(of: graph, phase, &report, &survey)
  }

  /// The graph without what nobody needs, so that it is no user of anything.
  private func trimmed(_ graph: Graph) throws(GraphError) -> Graph {
    try graph.applying(GraphPatch(graph), inference: GraphInference(kernels: kernels))
  }

  private func run(_ stage: OptimizationStage, on start: Graph, _ report: inout OptimizationReport)
    throws(GraphError) -> Graph
  {
    let inference = GraphInference(kernels: kernels)
    let foldBudget: Int = Self.foldBudget(start)
    var graph: Graph = start
    // A rule that undoes another's work would go on for ever: the bound turns that into an error.
    let bound: Int = 64 * (graph.nodes.count + 16)
    var rewrites: Int = 0
    var position: Int = 0
    var untouched: Int = 0
    while untouched < max(graph.nodes.count, 1), !graph.nodes.isEmpty {
      if position >= graph.nodes.count { position = 0 }
      var context = RewriteContext(graph: graph, kernels: kernels, foldBudget: foldBudget)
      // The context stays valid until a rule fires.
      var fired: Bool = false
      while untouched < graph.nodes.count, !fired {
        if position >= graph.nodes.count { position = 0 }
        let node: Node = graph.nodes[position]
        for rule in stage.rules where !disabled.contains(type(of: rule).name) {
          guard report.entries.count < maxRewrites, let patch = rule.rewrite(node, in: context) else {
            continue
          }
          let name: String = type(of: rule).name
          let value: String = node.outputs.lazy.compactMap { $0 }.first.map { graph[$0].name } ?? ""
          do throws(GraphError) {
            context = RewriteContext(graph: Graph(name: ""), kernels: kernels)
            graph = try graph.applying(patch, inference: inference)
          } catch {
            throw GraphError(
              error.code, "rule \(name): \(error.message)", at: error.place.within(node.place), cause: error)
          }
          report.entries.append(
            OptimizationReport.Entry(rule: name, place: node.place, value: value, note: patch.note))
          fired = true
          break
        }
        if fired {
          untouched = 0
        } else {
          untouched += 1
          position += 1
        }
      }
      if fired { rewrites += 1 }
      if rewrites % 256 == 255 { graph = graph.compacted() }
      guard rewrites <= bound else {
        throw GraphError(.invalidGraph, "the rules of stage '\(stage.name)' come to no end")
      }
    }
    return graph
  }

  /// What folding may add up to: a few times the weights, and something for shape arithmetic.
  private static func foldBudget(_ graph: Graph) -> Int {
    graph.values.reduce(32 << 20) { $0 + 3 * ($1.constant?.byteCount ?? 0) }
  }

  private func optimizeSubgraphs(
    of graph: Graph, _ phase: ArraySlice<OptimizationStage>, _ report: inout OptimizationReport,
    _ survey: inout AffineSurvey?
  ) throws(GraphError) -> Graph {
    var replaced: [NodeID: any Operator] = [:]
    for node in graph.nodes {
      guard let op = node.op as? any SubgraphOperator else { continue }
      var subgraphs: [Subgraph] = op.subgraphs
      // What is written for people to read holds for other shapes too.
      var inference = BodyInference(node, in: graph)
      let known: Graph? = phase.first?.phase == .machine ? inference.body(kernels: kernels) : nil
      for index in subgraphs.indices {
        subgraphs[index].graph = try optimizeSubgraph(
          subgraphs[index].graph, inferred: known, phase, &report, &survey)
      }
      replaced[node.id] = op.replacingSubgraphs(subgraphs)
    }
    return replaced.isEmpty ? graph : graph.replacingOperators { replaced[$0.id] }
  }

  /// A graph inside an operator, optimized, as `known` where its types in all iterations are. Else what it
  /// states of the extents of its inputs is not relied on: values that a loop carries may grow. Types in it
  /// become unknown again, since they follow from those with which it is run.
  private func optimizeSubgraph(
    _ graph: Graph, inferred known: Graph?, _ phase: ArraySlice<OptimizationStage>,
    _ report: inout OptimizationReport, _ survey: inout AffineSurvey?
  ) throws(GraphError) -> Graph {
    var loose: Graph = graph
    for (position, input) in graph.inputs.enumerated() where graph[input].constant == nil {
      guard case .tensor(let elementType, let dimensions?)? = graph[input].type else { continue }
      loose[input].type = .tensor(
        elementType, dimensions.indices.map { Dimension(symbol: "?input\(position).\($0)") })
    }
    guard let inferred = known ?? (try? GraphInference(kernels: kernels).infer(loose)) else {
      return try optimize(trimmed(graph), phase, &report, &survey)
    }
    var result: Graph = try optimize(trimmed(inferred), phase, &report, &survey)
    for (old, new) in zip(graph.inputs, result.inputs) {
      result[new].type = graph[old].type
      result[new].known = graph[old].known
    }
    for (old, new) in zip(graph.outputs, result.outputs) where !result.inputs.contains(new) {
      result[new].type = graph[old].type
    }
    let kept: Set<ValueID> = Set(result.inputs + result.outputs)
    for node in result.nodes {
      for case let output? in node.outputs where !kept.contains(output) {
        result[output].type = nil
        result[output].known = nil
      }
    }
    return result
  }
}

extension [OptimizationStage] {
  /// Adjacent stages of one phase each.
  fileprivate var phases: [ArraySlice<OptimizationStage>] {
    var result: [ArraySlice<OptimizationStage>] = []
    for (index, stage) in enumerated() {
      if let last = result.last, last.last?.phase == stage.phase {
        result[result.count - 1] = self[last.startIndex...index]
      } else {
        result.append(self[index...index])
      }
    }
    return result
  }
}

extension Graph {
  fileprivate var hasSubgraphs: Bool { nodes.contains { $0.op is any SubgraphOperator } }

  /// The graph in which the constants of these names must stay as they are.
  fileprivate func keeping(_ names: Set<String>) -> Graph {
    if names.isEmpty { return self }
    var graph: Graph = self
    for index in values.indices where values[index].constant != nil && names.contains(values[index].name) {
      graph[ValueID(index)].isKept = true
    }
    return graph
  }
}
