internal import Formats
internal import Graphs
internal import Importing

/// What went wrong, and in which stage on the way from a file to an answer.
///
/// `message` says what was expected and what was found; `place` says where: a file and offset, or a node,
/// its operator and the value concerned.
public struct NGraphError: Error, Sendable, CustomStringConvertible {
  /// A stage on the way from a file to an answer.
  public enum Stage: String, Sendable, Hashable, CaseIterable {
    /// Reading or writing a file.
    case format
    /// Making a graph of a model: operators, types, shapes.
    case model
    /// Optimizing a graph.
    case graph
    /// Planning a graph for given input shapes.
    case plan
    /// Running, the check of inputs included.
    case run
  }

  public var stage: Stage
  /// A short, stable name of the kind of failure, such as `notFound` or `unsupportedOperator`.
  public var code: String
  /// What was expected and what was found.
  public var message: String
  /// Where; nil where there is nothing to say.
  public var place: String?
  /// Everything that is wrong with a model, where more than one thing is: this error first.
  public var problems: [NGraphError]

  package init(
    _ stage: Stage, _ code: String, _ message: String, at place: String? = nil, problems: [NGraphError] = []
  ) {
    self.stage = stage
    self.code = code
    self.message = message
    self.place = place
    self.problems = problems
  }

  /// The place and the message in one line.
  public var description: String {
    let text: String = place.map { "\($0): \(message)" } ?? message
    switch problems.count {
    case 0, 1: return text
    case 2: return "\(text) (and 1 more problem)"
    default: return "\(text) (and \(problems.count - 1) more problems)"
    }
  }
}

extension NGraphError {
  init(_ error: FormatError) {
    var place: [String] = []
    if let path = error.place.path { place.append(path) }
    if let element = error.place.element { place.append(element) }
    var message: String = error.message
    if let offset = error.place.offset { message += " (at byte \(offset))" }
    if let cause = error.cause { message += ": \(cause)" }
    self.init(
      .format, error.code.rawValue, message, at: place.isEmpty ? nil : place.joined(separator: ": "))
  }

  /// `path` is the model's file.
  init(_ error: ImportError, path: String? = nil) {
    self.init(
      .model, error.code.rawValue, error.message, at: Self.place(error.place, path),
      problems: error.problems.map { NGraphError($0, path: path) })
  }

  init(_ error: GraphError) {
    self.init(.graph, error.code.rawValue, error.message, at: Self.place(error.place, nil))
  }

  init(_ error: PlanError) {
    self.init(.plan, error.code.rawValue, error.message, at: Self.place(error.place, nil))
  }

  init(_ error: ExecutionError) {
    let stage: Stage = error.code == .planFailed ? .plan : .run
    self.init(stage, error.code.rawValue, error.message, at: Self.place(error.place, nil))
  }

  private static func place(_ place: GraphPlace, _ path: String?) -> String? {
    let parts: [String] = [path ?? "", place.description].filter { !$0.isEmpty }
    return parts.isEmpty ? nil : parts.joined(separator: ": ")
  }
}
