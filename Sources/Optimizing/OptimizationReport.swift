package import Graphs

/// What an optimizer did: which rule fired where, and what became of every normalization, scale and shift.
package struct OptimizationReport: Sendable {
  /// One rewrite: which rule, and the node it started from.
  package struct Entry: Sendable {
    package let rule: String
    package let place: GraphPlace
    /// The node's first output.
    package let value: String
    /// What it did, where the rule says more than its name.
    package let note: String
  }

  package internal(set) var entries: [Entry] = []

  /// What became of normalizations, scales and shifts, where the optimizer was asked to tell.
  package internal(set) var fates: [AffineFate] = []

  /// Constants with something folded into them, and how far rounding took them from it, where the optimizer
  /// was asked to tell.
  package internal(set) var foldings: [(name: String, error: FoldingError)] = []

  package init() {}

  /// Rules and their numbers of rewrites, most first.
  package var counts: [(rule: String, count: Int)] {
    Dictionary(entries.map { ($0.rule, 1) }, uniquingKeysWith: +).map { (rule: $0.key, count: $0.value) }
      .sorted { ($1.count, $0.rule) < ($0.count, $1.rule) }
  }
}
