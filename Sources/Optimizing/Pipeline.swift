/// Rules that run together until none of them fires. The order of stages is their meaning.
package struct OptimizationStage: Sendable {
  package let name: String
  package let rules: [any RewriteRule]

  package init(_ name: String, _ rules: [any RewriteRule]) {
    self.name = name
    self.rules = rules
  }

  /// What runs before every plan and in `ngraph optimize`.
  package static let pipeline: [OptimizationStage] = [
    OptimizationStage(
      "simplify", [FoldConstants(), EliminateNoOps(), MergeTransposes(), MergeEqualNodes()]),
    OptimizationStage("dissolve", [MergeMaps(), DissolveMaps(), DissolveTails(), HoistCentering()]),
  ]

  /// The names of all rules, in the order in which they run.
  package static var ruleNames: [String] {
    pipeline.flatMap { stage in stage.rules.map { type(of: $0).name } }
  }
}
