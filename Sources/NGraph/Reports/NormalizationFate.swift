internal import Graphs
internal import Optimizing

/// What an optimization made of one normalization, or of one scale or shift by a constant, in words.
package struct NormalizationFate: Sendable {
  /// Whether it was a normalization, or else a scale or shift.
  package let isNormalization: Bool
  /// The operator that it was.
  package let op: String
  /// The node's name, or that of its output where it has none.
  package let name: String
  /// The operators in its place now; none where it is gone.
  package let remaining: [String]
  package let changes: [String]
  package let obstacles: [String]

  init(_ fate: AffineFate) {
    isNormalization = fate.kind == .normalization
    op = fate.place.op ?? ""
    name = fate.place.node.flatMap { $0.isEmpty ? nil : $0 } ?? fate.value
    remaining = fate.remaining
    changes = fate.changes
    obstacles = fate.obstacles
  }

  /// What is there now: `gone`, `stays`, or the operators that it became.
  package var state: String {
    if remaining.isEmpty { return "gone" }
    if remaining == [op] { return changes.isEmpty ? "stays" : "stays, changed" }
    return "now \(remaining.joined(separator: " + "))"
  }

  package var json: JSONValue {
    .object([
      ("kind", .string(isNormalization ? "normalization" : "map")), ("operator", .string(op)),
      ("name", .string(name)), ("remaining", .array(remaining.map { .string($0) })),
      ("changes", .array(changes.map { .string($0) })),
      ("obstacles", .array(obstacles.map { .string($0) })),
    ])
  }
}
