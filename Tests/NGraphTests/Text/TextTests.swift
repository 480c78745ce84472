import NGraph
import Testing

@Suite struct NumberTextTests {
  @Test("Bytes, operations and durations are in the unit that suits them")
  func units() {
    #expect(NumberText.bytes(999) == "999 bytes")
    #expect(NumberText.bytes(435_600_000) == "436 MB")
    #expect(NumberText.operations(22_400_000_000) == "22.4 GFLOP")
    #expect(NumberText.duration(nanoseconds: 1_500) == "1.5 us")
    #expect(NumberText.duration(nanoseconds: 2_500_000) == "2.500 ms")
    #expect(NumberText.grouped(-1_234_567) == "-1,234,567")
    #expect(NumberText.general(.nan) == "nan")
    #expect(NumberText.general(0.1) == "0.1")
  }
}

@Suite struct JSONValueTests {
  @Test("Strings are escaped, numbers without a spelling become strings")
  func spelling() {
    let value: JSONValue = .object([
      ("a", .string("\"\\\n\u{1}ü")), ("b", .array([.number(0.5), .number(.nan), .integer(-3), .null])),
      ("c", .array([.object([])])),
    ])
    #expect(
      value.text == """
        {
          "a": "\\"\\\\\\n\\u0001ü",
          "b": [0.5, "NaN", -3, null],
          "c": [
            {}
          ]
        }
        """)
  }
}
