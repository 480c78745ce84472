package import Graphs
package import Tensors

/// `StringNormalizer`: the strings of a vector [n] or a row [1, n] without those in `stopwords`, in lower or
/// upper case where `case_change_action` says so. Where nothing is left, one empty string.
///
/// ONNX operator set: StringNormalizer-10. Stop words are compared exactly where `is_case_sensitive` is 1,
/// else regardless of case. The cases are Unicode's, whatever `locale` names.
package struct StringNormalizerOp: ValueOperator {
  package static let schema = OperatorSchema(
    "StringNormalizer", since: [10],
    inputs: [Parameter("X", [.string])],
    outputs: [Parameter("Y", [.string])],
    attributes: ["case_change_action", "is_case_sensitive", "locale", "stopwords"])

  package enum CaseChange: String, Sendable {
    case none = "NONE"
    case lower = "LOWER"
    case upper = "UPPER"
  }

  package let change: CaseChange
  package let isCaseSensitive: Bool
  package let locale: String?
  package let stopWords: [String]

  package init(_ node: inout NodeReader) throws(GraphError) {
    let name: String = try node.string("case_change_action") ?? "NONE"
    guard let change = CaseChange(rawValue: name) else {
      throw node.error(
        .invalidAttribute, "attribute 'case_change_action' must be NONE, LOWER or UPPER, found '\(name)'")
    }
    self.change = change
    isCaseSensitive = try node.flag("is_case_sensitive") ?? false
    locale = try node.string("locale")
    stopWords = try node.strings("stopwords") ?? []
  }

  package var attributes: [Attribute] {
    [
      Attribute("case_change_action", change.rawValue), Attribute("is_case_sensitive", isCaseSensitive),
      Attribute("stopwords", .strings(stopWords)),
    ] + (locale.map { [Attribute("locale", $0)] } ?? [])
  }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    guard let input = context.dimensions(0) else {
      context.setOutput(0, .string, nil)
      return
    }
    guard input.count == 1 || (input.count == 2 && (input[0].value ?? 1) == 1) else {
      throw context.error(.shapeMismatch, "expected strings of shape [n] or [1, n]")
    }
    context.setOutput(0, .string, (input.count == 2 ? [1] : []) + [context.freshDimension()])
  }

  package func evaluate(_ inputs: [Value?], _ context: EvaluationContext) throws(ExecutionError) -> [Value?] {
    let input: Tensor = try context.strings(inputs[0])
    let rank: Int = input.shape.rank
    guard rank == 1 || (rank == 2 && input.shape[0] == 1) else {
      throw context.error(.shapeMismatch, "expected strings of shape [n] or [1, n], found \(input.shape)")
    }
    let stops: Set<String> = Set(isCaseSensitive ? stopWords : stopWords.map { $0.lowercased() })
    var words: [String] = (input.strings?.elements ?? [])
      .filter { !stops.contains(isCaseSensitive ? $0 : $0.lowercased()) }
    switch change {
    case .none: break
    case .lower: words = words.map { $0.lowercased() }
    case .upper: words = words.map { $0.uppercased() }
    }
    if words.isEmpty { words = [""] }
    return [.tensor(Tensor(strings: words, Shape((rank == 2 ? [1] : []) + [words.count])))]
  }
}
