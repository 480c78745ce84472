package import Graphs
package import Tensors

/// `TfIdfVectorizer`: for each row how often each n-gram of a pool occurs in it, with up to
/// `max_skip_count` elements left out between neighbours: the counts (TF), 1 where it occurs (IDF), each
/// times the n-gram's weight in modes IDF and TFIDF.
///
/// ONNX operator set: TfIdfVectorizer-9. The pool holds all n-grams of length 1, then those of length 2, and
/// so on; `ngram_counts` says where each length begins, `ngram_indexes` the column of each n-gram. Refused:
/// a pool, counts and columns that don't fit each other.
package struct TfIdfVectorizerOp: ValueOperator {
  package static let schema = OperatorSchema(
    "TfIdfVectorizer", since: [9],
    inputs: [Parameter("X", [.string, .int32, .int64])],
    outputs: [Parameter("Y", [.float32])],
    attributes: [
      "max_gram_length", "max_skip_count", "min_gram_length", "mode", "ngram_counts", "ngram_indexes",
      "pool_int64s", "pool_strings", "weights",
    ])

  package enum Mode: String, Sendable {
    case frequency = "TF"
    case presence = "IDF"
    case weighted = "TFIDF"
  }

  /// An element of a row: a number or a string.
  enum Token: Hashable, Sendable {
    case number(Int64)
    case text(String)
  }

  package let mode: Mode
  private let lengths: ClosedRange<Int>
  private let maxSkip: Int
  private let counts: [Int]
  private let columns: [Int]
  private let numbers: [Int]?
  private let texts: [String]?
  private let weights: [Float]?
  private let columnCount: Int
  /// The column of each n-gram of a length in `lengths`.
  private let grams: [[Token]: Int]

  package init(_ node: inout NodeReader) throws(GraphError) {
    let name: String = try node.required("mode", try node.string("mode"))
    guard let mode = Mode(rawValue: name) else {
      throw node.error(.invalidAttribute, "attribute 'mode' must be TF, IDF or TFIDF, found '\(name)'")
    }
    self.mode = mode
    let shortest: Int = try node.required("min_gram_length", try node.int("min_gram_length"))
    let longest: Int = try node.required("max_gram_length", try node.int("max_gram_length"))
    maxSkip = try node.required("max_skip_count", try node.int("max_skip_count"))
    guard shortest >= 1, shortest <= longest, maxSkip >= 0 else {
      throw node.error(.invalidAttribute, "n-grams of \(shortest) to \(longest) elements, \(maxSkip) skipped")
    }
    lengths = shortest...longest
    counts = try node.required("ngram_counts", try node.ints("ngram_counts"))
    columns = try node.required("ngram_indexes", try node.ints("ngram_indexes"))
    numbers = try node.ints("pool_int64s")
    texts = try node.strings("pool_strings")
    weights = try node.floats("weights")
    guard columns.allSatisfy({ $0 >= 0 && $0 < 1 << 32 }) else {
      throw node.error(.invalidAttribute, "attribute 'ngram_indexes' must hold columns")
    }
    columnCount = (columns.max() ?? -1) + 1
    let pool: [Token] =
      texts.map { $0.map { .text($0) } } ?? numbers.map { $0.map { .number(Int64($0)) } } ?? []
    var grams: [[Token]: Int] = [:]
    var gram: Int = 0
    for (index, start) in counts.enumerated() {
      let end: Int = index + 1 < counts.count ? counts[index + 1] : pool.count
      guard start >= 0, start <= end, end <= pool.count, (end - start) % (index + 1) == 0 else {
        throw node.error(.invalidAttribute, "attribute 'ngram_counts' does not fit a pool of \(pool.count)")
      }
      for first in stride(from: start, to: end, by: index + 1) {
        guard gram < columns.count else {
          throw node.error(.invalidAttribute, "there are more n-grams than 'ngram_indexes'")
        }
        if lengths.contains(index + 1) { grams[Array(pool[first..<first + index + 1])] = columns[gram] }
        gram += 1
      }
    }
    self.grams = grams
    if let weights, weights.count < columnCount, mode != .frequency {
      throw node.error(.invalidAttribute, "\(weights.count) weights for \(columnCount) columns")
    }
  }

  package var attributes: [Attribute] {
    var result: [Attribute] = [
      Attribute("mode", mode.rawValue), Attribute("min_gram_length", lengths.lowerBound),
      Attribute("max_gram_length", lengths.upperBound), Attribute("max_skip_count", maxSkip),
      Attribute("ngram_counts", counts), Attribute("ngram_indexes", columns),
    ]
    if let numbers { result.append(Attribute("pool_int64s", numbers)) }
    if let texts { result.append(Attribute("pool_strings", .strings(texts))) }
    if let weights { result.append(Attribute("weights", weights)) }
    return result
  }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    guard let input = context.dimensions(0) else {
      context.setOutput(0, .float32, nil)
      return
    }
    guard input.count <= 2 else {
      throw context.error(.shapeMismatch, "expected a vector or a matrix, found rank \(input.count)")
    }
    context.setOutput(0, .float32, (input.count == 2 ? [input[0]] : []) + [Dimension(columnCount)])
  }

  package func evaluate(_ inputs: [Value?], _ context: EvaluationContext) throws(ExecutionError) -> [Value?] {
    guard let input = inputs[0]?.tensor, input.shape.rank <= 2 else {
      throw context.error(.invalidInput, "expected a vector or a matrix")
    }
    let tokens: [Token] =
      input.strings.map { $0.elements.map { .text($0) } } ?? (input.integers ?? []).map { .number(Int64($0)) }
    let rows: Int = input.shape.rank == 2 ? input.shape[0] : 1
    let width: Int = rows == 0 ? 0 : tokens.count / rows
    var result: [Float] = []
    for row in 0..<rows { result += weighted(count(tokens[row * width..<(row + 1) * width])) }
    let shape = Shape((input.shape.rank == 2 ? [rows] : []) + [columnCount])
    return [.tensor(Tensor(result, shape))]
  }

  /// How often the n-gram of each column occurs. A single element has no neighbours, so it is counted once
  /// whatever may be skipped.
  private func count(_ row: ArraySlice<Token>) -> [Float] {
    var found = [Float](repeating: 0, count: columnCount)
    for length in lengths where length <= row.count {
      for step in 1...(length == 1 ? 1 : min(maxSkip, row.count) + 1) {
        let reach: Int = (length - 1) * step
        for start in row.indices where start + reach < row.endIndex {
          let gram: [Token] = (0..<length).map { row[start + $0 * step] }
          if let column = grams[gram] { found[column] += 1 }
        }
      }
    }
    return found
  }

  private func weighted(_ counts: [Float]) -> [Float] {
    switch mode {
    case .frequency: counts
    case .presence: counts.indices.map { counts[$0] > 0 ? weights?[$0] ?? 1 : 0 }
    case .weighted: counts.indices.map { counts[$0] * (weights?[$0] ?? 1) }
    }
  }
}
