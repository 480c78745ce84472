package import Graphs
package import KernelInterface
internal import Tensors

/// What an optimizer did: how often each rule fired.
package struct OptimizationReport: Sendable {
  /// One rewrite: which rule, and the node it started from.
  package struct Entry: Sendable {
    package let rule: String
    package let place: GraphPlace
    /// What it did, where the rule says more than its name.
    package let note: String
  }

  package fileprivate(set) var entries: [Entry] = []

  package init() {}

  /// Rules and their numbers of rewrites, most first.
  package var counts: [(rule: String, count: Int)] {
    Dictionary(entries.map { ($0.rule, 1) }, uniquingKeysWith: +).map { (rule: $0.key, count: $0.value) }
      .sorted { ($1.count, $0.rule) < ($0.count, $1.rule) }
  }
}

/// Applies rules, stage by stage, each to a fixpoint.
package struct Optimizer: Sendable {
  private let kernels: KernelTable
  private let stages: [OptimizationStage]
  /// No more rewrites than this are done: bisects a wrong one.
  private let maxRewrites: Int
  private let disabled: Set<String>

  package init(
    kernels: KernelTable, stages: [OptimizationStage] = OptimizationStage.pipeline, maxRewrites: Int = .max,
    disabled: Set<String> = []
  ) {
    self.kernels = kernels
    self.stages = stages
    self.maxRewrites = maxRewrites
    self.disabled = disabled
  }

  /// `graph`, which has been inferred, and the graphs inside its operators, optimized.
  package func optimize(_ graph: Graph, report: inout OptimizationReport) throws(GraphError) -> Graph {
    var graph: Graph = graph
    for stage in stages { graph = try run(stage, on: graph, &report).roundingConstants() }
    graph = graph.compacted()
    return try optimizeSubgraphs(of: graph, &report)
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
          do throws(GraphError) {
            context = RewriteContext(graph: Graph(name: ""), kernels: kernels)
            graph = try graph.applying(patch, inference: inference)
          } catch {
            throw GraphError(
              error.code, "rule \(name): \(error.message)", at: error.place.within(node.place), cause: error)
          }
          report.entries.append(OptimizationReport.Entry(rule: name, place: node.place, note: patch.note))
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

  private func optimizeSubgraphs(of graph: Graph, _ report: inout OptimizationReport) throws(GraphError)
    -> Graph
  {
    var replaced: [NodeID: any Operator] = [:]
    for node in graph.nodes {
      guard let op = node.op as? any SubgraphOperator else { continue }
      var subgraphs: [Subgraph] = op.subgraphs
      for index in subgraphs.indices {
        subgraphs[index].graph = try optimize(subgraphs[index].graph, report: &report)
      }
      replaced[node.id] = op.replacingSubgraphs(subgraphs)
    }
    return replaced.isEmpty ? graph : graph.replacingOperators { replaced[$0.id] }
  }
}
