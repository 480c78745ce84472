internal import _StringProcessing
package import Graphs
package import Tensors

/// `RegexFullMatch`: whether each string matches `pattern` as a whole.
///
/// ONNX operator set: RegexFullMatch-20. Patterns are regular expressions in the common syntax of RE2 and
/// PCRE. Refused: a pattern that is none.
package struct RegexFullMatchOp: ValueOperator {
  package static let schema = OperatorSchema(
    "RegexFullMatch", since: [20],
    inputs: [Parameter("X", [.string])],
    outputs: [Parameter("Y", [.bool])],
    attributes: ["pattern"])

  package let pattern: String

  package init(_ node: inout NodeReader) throws(GraphError) {
    pattern = try node.required("pattern", try node.string("pattern"))
    guard (try? Regex(pattern)) != nil else {
      throw node.error(.invalidAttribute, "attribute 'pattern' is no regular expression: '\(pattern)'")
    }
  }

  package var attributes: [Attribute] { [Attribute("pattern", pattern)] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    context.setOutput(0, .bool, context.dimensions(0))
  }

  package func evaluate(_ inputs: [Value?], _ context: EvaluationContext) throws(ExecutionError) -> [Value?] {
    let input: Tensor = try context.strings(inputs[0])
    guard let regex = try? Regex(pattern).matchingSemantics(.unicodeScalar).wordBoundaryKind(.simple) else {
      throw context.error(.invalidInput, "'\(pattern)' is no regular expression")
    }
    let matches: [Bool] = (input.strings?.elements ?? []).map {
      (try? regex.wholeMatch(in: $0)) ?? nil != nil
    }
    return [.tensor(Tensor(matches, input.shape))]
  }
}
