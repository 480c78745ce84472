package import Graphs

/// What an optimization made of one normalization, or of one scale or shift by a constant.
package struct AffineFate: Sendable {
  package enum Kind: String, Sendable {
    case normalization
    /// A scale, a shift, or both, along one axis or of everything.
    case map
  }

  package let kind: Kind
  /// The node as it was: its name and its operator.
  package let place: GraphPlace
  /// Its first output, which tells it from nodes without a name.
  package let value: String
  /// The operators in its place now; none where it is gone.
  package let remaining: [String]
  /// What was done with it, in order.
  package let changes: [String]
  /// What keeps the rest of it where it is.
  package let obstacles: [String]
}
