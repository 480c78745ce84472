package import Graphs

/// Why a model could not be made into a graph. `problems` lists everything that is wrong with it; the
/// error itself tells the first, and how many more there are.
package struct ImportError: Error, Sendable, CustomStringConvertible {
  package enum Code: String, Sendable, Hashable {
    /// Operators that this implementation does not have, or not in this form.
    case unsupportedOperator
    /// An operator set that is newer than this implementation, or that the model does not import.
    case unsupportedOperatorSet
    /// An element type or kind of value that this implementation does not have.
    case unsupportedType
    /// A tensor whose bytes don't fit its type and shape.
    case invalidTensor
    /// A name that nothing defines.
    case undefinedName
    /// A name that is defined twice.
    case duplicateName
    /// Nodes that need each other's results.
    case cycle
    /// A function that calls itself, or one that is no valid function.
    case invalidFunction
    /// A node that its operator refuses.
    case invalidNode
    /// Nesting or inlining beyond the limits.
    case tooLarge
  }

  package var code: Code
  /// What was expected and what was found.
  package var message: String
  package var place: GraphPlace
  package var cause: (any Error)?
  /// Every problem of the model, this one first; empty for an element of such a list.
  package var problems: [ImportError]

  package init(
    _ code: Code, _ message: String, at place: GraphPlace = GraphPlace(), cause: (any Error)? = nil
  ) {
    self.code = code
    self.message = message
    self.place = place
    self.cause = cause
    problems = []
  }

  /// What a node's operator or inference refused.
  init(_ error: GraphError, at place: GraphPlace) {
    let code: Code =
      error.code == .unsupportedOperator || error.code == .unsupportedForm
      ? .unsupportedOperator : .invalidNode
    self.init(code, error.message, at: error.place.within(place), cause: error)
  }

  /// The error for a model with `problems`; nil where there are none.
  init?(_ problems: [ImportError]) {
    guard var first = problems.first else { return nil }
    first.problems = problems
    self = first
  }

  package var description: String {
    let place: String = place.description
    let text: String = place.isEmpty ? message : "\(place): \(message)"
    switch problems.count {
    case 0, 1: return text
    case 2: return "\(text) (and 1 more problem)"
    default: return "\(text) (and \(problems.count - 1) more problems)"
    }
  }
}
