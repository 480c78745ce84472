internal import Formats
internal import Graphs
internal import Importing
internal import KernelSelection
internal import Models
internal import Optimizing

/// Optimizes a model file into another, and tells what was done: sizes before and after, rewrites by rule,
/// and what became of every normalization, scale and shift.
///
/// What is written is ONNX under the operator set that its operators need. Where a verification is asked
/// for and fails, nothing is written.
package struct ModelOptimization: Sendable {
  package struct Settings: Sendable {
    /// Rules that are left out, of `ruleNames`.
    package var disabled: [String] = []
    /// No more rewrites than this are done; nil is no limit.
    package var maxRewrites: Int?
    /// Initializers that must stay as they are.
    package var kept: [String] = []
    /// Shapes of inputs, for costs and the verification; what is written keeps its free dimensions.
    package var shapes: [String: [Int]] = [:]
    /// Whether only operators of ONNX are written.
    package var standardOnly: Bool = false
    /// How much is done, of `levels`: 0 nothing, 1 simplifying, 2 dissolving, 3 fusing as well.
    package var level: Int = ModelOptimization.levels.upperBound
    /// Whether both models are run on random inputs before anything is written.
    package var verifies: Bool = false

    package init() {}
  }

  /// How often a rule fired.
  package struct RuleCount: Sendable {
    package let rule: String
    package let count: Int
  }

  /// The levels that `Settings.level` takes.
  package static var levels: ClosedRange<Int> { 0...OptimizationStage.highestLevel }

  /// The names of all rules.
  package static var ruleNames: [String] { OptimizationStage.ruleNames }

  package let source: String
  package let target: String
  package let before: ModelExtent
  package private(set) var after: ModelExtent
  /// Most frequent first.
  package let rules: [RuleCount]
  package let fates: [NormalizationFate]
  /// How many constants had something folded into them, and how far rounding them once took them from it.
  package let folding: FoldingSummary
  /// The kept initializers, sorted.
  package let kept: [String]
  /// What the verification found; nil where none was asked for.
  package let verification: OptimizationVerification?

  /// Whether the optimized model was written: not, where its verification failed.
  package var isWritten: Bool { verification?.passes ?? true }

  package init(source: String, target: String, settings: Settings = Settings()) throws(NGraphError) {
    self.source = source
    self.target = target
    try Self.check(settings)
    let kernels = KernelSelection.best
    let inference = GraphInference(kernels: kernels)
    let model: Model
    let bytes: Int
    do {
      model = try ModelFiles.read(path: source)
      bytes = try MappedFile(path: source).count
    } catch { throw NGraphError(error) }
    let graph: Graph
    do { graph = try ModelImporter(inference: inference).importGraph(model) } catch {
      throw NGraphError(error, path: source)
    }
    kept = try Self.checkedNames(settings.kept, in: graph)
    var report = OptimizationReport()
    let optimized: Graph
    do {
      optimized = try Optimizer(
        kernels: kernels,
        stages: OptimizationStage.stages(level: settings.level, standardOnly: settings.standardOnly),
        maxRewrites: settings.maxRewrites ?? .max, disabled: Set(settings.disabled),
        kept: Set(settings.kept), surveys: true
      ).optimize(graph, report: &report)
    } catch { throw NGraphError(error) }
    rules = report.counts.map { RuleCount(rule: $0.rule, count: $0.count) }
    fates = report.fates.map { NormalizationFate($0) }
    folding = FoldingSummary(report.foldings)
    before = try ModelExtent(model, graph, fileBytes: bytes, shapes: settings.shapes)
    let written: Model = ModelExporter(template: model).exportModel(optimized)
    after = try ModelExtent(written, optimized, fileBytes: nil, shapes: settings.shapes)
    verification =
      settings.verifies
      ? try OptimizationVerification(model, written, path: source, shapes: settings.shapes) : nil
    guard isWritten else { return }
    do {
      try ModelFiles.write(written, to: target)
      after.fileBytes = try MappedFile(path: target).count
    } catch { throw NGraphError(error) }
  }

  private static func check(_ settings: Settings) throws(NGraphError) {
    if let unknown = settings.disabled.first(where: { !ruleNames.contains($0) }) {
      throw NGraphError(
        .graph, "unknownRule",
        "there is no rule '\(unknown)'; the rules are \(ruleNames.joined(separator: ", "))"
      )
    }
    guard levels.contains(settings.level) else {
      throw NGraphError(
        .graph, "invalidLevel",
        "expected a level of \(levels.lowerBound) to \(levels.upperBound), found \(settings.level)")
    }
    if let limit = settings.maxRewrites, limit < 0 {
      throw NGraphError(.graph, "invalidLimit", "expected 0 or more rewrites, found \(limit)")
    }
  }

  /// `names`, sorted. Refuses those that are no constants of the graph or a graph inside it.
  private static func checkedNames(_ names: [String], in graph: Graph) throws(NGraphError) -> [String] {
    if names.isEmpty { return [] }
    var constants: Set<String> = []
    var pending: [Graph] = [graph]
    while let graph = pending.popLast() {
      for value in graph.values where value.constant != nil { constants.insert(value.name) }
      for node in graph.nodes {
        pending += (node.op as? any SubgraphOperator)?.subgraphs.map(\.graph) ?? []
      }
    }
    if let unknown = names.first(where: { !constants.contains($0) }) {
      throw NGraphError(.graph, "unknownInitializer", "the model has no initializer '\(unknown)' to keep")
    }
    return Set(names).sorted()
  }
}
