import Graphs
import Operators
import Tensors
import TestSupport
import Testing

@Suite struct TextTests {
  private func strings(_ elements: String...) -> Tensor { Tensor(strings: elements, [elements.count]) }

  @Test("Strings are joined with broadcasting")
  func concat() throws {
    let result = try evaluateTensor(
      StringConcatOp.self, [], strings("a", "b"), Tensor(strings: ["-"], .scalar))
    #expect(result.strings?.elements == ["a-", "b-"])
  }

  @Test("Strings are split at a delimiter or at white space, and filled up")
  func split() throws {
    let dots = try evaluate(
      StringSplitOp.self, [Attribute("delimiter", "."), Attribute("maxsplit", 1)],
      inputs: [.tensor(strings("a.b.c", "d"))], outputCount: 2)
    #expect(dots[0]?.tensor?.strings?.elements == ["a", "b.c", "d", ""])
    #expect(dots[1]?.tensor?.elements(Int64.self) == [2, 1])
    let spaces = try evaluate(StringSplitOp.self, inputs: [.tensor(strings("  a  b ", " "))], outputCount: 2)
    #expect(spaces[0]?.tensor?.strings?.elements == ["a", "b", "", ""])
    #expect(spaces[1]?.tensor?.elements(Int64.self) == [2, 0])
  }

  @Test("Stop words are dropped regardless of case unless case matters")
  func normalize() throws {
    let input = strings("Monday", "tuesday")
    let stop = Attribute("stopwords", .strings(["monday"]))
    let upper = try evaluateTensor(
      StringNormalizerOp.self, [stop, Attribute("case_change_action", "UPPER")], input)
    #expect(upper.strings?.elements == ["TUESDAY"])
    let exact = try evaluateTensor(StringNormalizerOp.self, [stop, Attribute("is_case_sensitive", 1)], input)
    #expect(exact.strings?.elements == ["Monday", "tuesday"])
    let none = try evaluateTensor(StringNormalizerOp.self, [stop], strings("monday"))
    #expect(none.strings?.elements == [""])
  }

  @Test("A pattern must match the whole string")
  func regex() throws {
    let result = try evaluateTensor(
      RegexFullMatchOp.self, [Attribute("pattern", "[a-z]+\\.(com|org)")],
      strings("abc.com", "abc.com ", "x.de"))
    #expect(result.elements(Bool.self) == [true, false, false])
    #expect(throws: GraphError.self) {
      try evaluateTensor(RegexFullMatchOp.self, [Attribute("pattern", "(")], strings("a"))
    }
  }

  @Test("N-grams are counted with skips")
  func tfidf() throws {
    let attributes = [
      Attribute("mode", "TF"), Attribute("min_gram_length", 2), Attribute("max_gram_length", 2),
      Attribute("max_skip_count", 5), Attribute("ngram_counts", [0, 4]),
      Attribute("ngram_indexes", [0, 1, 2, 3, 4, 5, 6]),
      Attribute("pool_int64s", [2, 3, 5, 4, 5, 6, 7, 8, 6, 7]),
    ]
    let data = Tensor([1, 1, 3, 3, 3, 7, 8, 6, 7, 5, 6, 8] as [Int32])
    let result = try evaluateTensor(TfIdfVectorizerOp.self, attributes, data)
    expectClose(result, [0, 0, 0, 0, 1, 3, 1])
  }
}
