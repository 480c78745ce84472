package import Graphs
package import Tensors

/// `StringSplit`: each string cut at `delimiter`, at most `maxsplit` times: the pieces along a new last axis,
/// filled up with empty strings, and how many there are. Without a delimiter the string is cut at runs of
/// white space, and what surrounds it is dropped.
///
/// ONNX operator set: StringSplit-20.
package struct StringSplitOp: ValueOperator {
  package static let schema = OperatorSchema(
    "StringSplit", since: [20],
    inputs: [Parameter("X", [.string])],
    outputs: [Parameter("Y", [.string]), Parameter("Z", [.int64])],
    attributes: ["delimiter", "maxsplit"])

  /// Empty for white space.
  package let delimiter: String
  package let limit: Int?

  package init(_ node: inout NodeReader) throws(GraphError) {
    delimiter = try node.string("delimiter") ?? ""
    limit = try node.int("maxsplit")
  }

  package var attributes: [Attribute] {
    [Attribute("delimiter", delimiter)] + (limit.map { [Attribute("maxsplit", $0)] } ?? [])
  }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    let shape: [Dimension]? = context.dimensions(0)
    context.setOutput(0, .string, shape.map { $0 + [context.freshDimension()] })
    context.setOutput(1, .int64, shape)
  }

  package func evaluate(_ inputs: [Value?], _ context: EvaluationContext) throws(ExecutionError) -> [Value?] {
    let input: Tensor = try context.strings(inputs[0])
    let pieces: [[String]] = (input.strings?.elements ?? []).map { split($0) }
    let width: Int = pieces.map(\.count).max() ?? 0
    let filled: [String] = pieces.flatMap { $0 + Array(repeating: "", count: width - $0.count) }
    let counts = Tensor(pieces.map { Int64($0.count) }, input.shape)
    return [.tensor(Tensor(strings: filled, Shape(input.shape.extents + [width]))), .tensor(counts)]
  }

  private func split(_ text: String) -> [String] {
    let most: Int = limit.map { $0 < 0 ? Int.max : $0 } ?? Int.max
    return delimiter.isEmpty ? splitAtSpace(text, most: most) : splitAtDelimiter(text, most: most)
  }

  private func splitAtSpace(_ text: String, most: Int) -> [String] {
    var result: [String] = []
    var rest: Substring.UnicodeScalarView = Substring(text).unicodeScalars
    while true {
      rest = rest.drop { $0.properties.isWhitespace }
      guard !rest.isEmpty else { return result }
      guard result.count < most else {
        while let last = rest.last, last.properties.isWhitespace { rest.removeLast() }
        return result + [String(rest)]
      }
      let word = rest.prefix { !$0.properties.isWhitespace }
      result.append(String(word))
      rest = rest[word.endIndex...]
    }
  }

  private func splitAtDelimiter(_ text: String, most: Int) -> [String] {
    let bytes: [UInt8] = Array(text.utf8)
    let mark: [UInt8] = Array(delimiter.utf8)
    var result: [String] = []
    var start: Int = 0
    var index: Int = 0
    while index + mark.count <= bytes.count, result.count < most {
      if bytes[index..<index + mark.count].elementsEqual(mark) {
        result.append(String(decoding: bytes[start..<index], as: UTF8.self))
        index += mark.count
        start = index
      } else {
        index += 1
      }
    }
    return result + [String(decoding: bytes[start...], as: UTF8.self)]
  }
}
