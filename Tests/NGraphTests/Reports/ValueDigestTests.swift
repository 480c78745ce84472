import NGraph
import Testing

@Suite struct ValueDigestTests {
  @Test("A small array is shown whole, a row a line")
  func small() throws {
    let digest = ValueDigest(try NDArray([1, 2, -3, 40] as [Int32], shape: [2, 2]))
    #expect(digest.lines == [" 1   2", "-3  40", "min -3  mean 10  max 40"])
  }

  @Test("A large array is shown by its ends and its statistics")
  func large() throws {
    let digest = ValueDigest(NDArray((0..<1000).map { Float($0) } + [.nan]))
    #expect(digest.all.isEmpty)
    #expect(digest.first == ["0", "1", "2", "3"])
    #expect(digest.last == ["997", "998", "999", "nan"])
    #expect(digest.statistics?.mean == 499.5)
    #expect(digest.statistics?.nanCount == 1)
  }

  @Test("The five greatest of class scores are shown, equal ones in their order")
  func scores() throws {
    let digest = ValueDigest(try NDArray([0, 3, 1, 3, 2, 5] as [Float], shape: [1, 6]))
    #expect(digest.topScores.map { $0.map(\.position) } == [[5, 1, 3, 4, 2]])
  }

  @Test("Integers, images and many rows are no class scores")
  func noScores() throws {
    #expect(ValueDigest(NDArray((0..<10).map { Int64($0) })).topScores.isEmpty)
    let image = try NDArray([Float](repeating: 1, count: 8 * 8 * 8), shape: [8, 8, 8])
    #expect(ValueDigest(image).topScores.isEmpty)
    let rows = try NDArray([Float](repeating: 1, count: 17 * 10), shape: [17, 10])
    #expect(ValueDigest(rows).topScores.isEmpty)
  }

  @Test("Every element type has a digest", arguments: DataType.allCases)
  func everyType(type: DataType) throws {
    guard type != .string else { return }
    let bytes = [UInt8](repeating: 0, count: (3 * type.bitWidth + 7) / 8)
    let digest = ValueDigest(try NDArray(type, shape: [3], bytes: bytes))
    #expect(digest.all.count == 3)
    #expect(!digest.lines.isEmpty)
  }

  @Test("Packed integers keep their signs")
  func packed() throws {
    #expect(ValueDigest(try NDArray(.int4, shape: [3], bytes: [0x8F, 0x07])).all == ["-1", "-8", "7"])
    #expect(ValueDigest(try NDArray(.uint2, shape: [4], bytes: [0b11_10_01_00])).all == ["0", "1", "2", "3"])
  }

  @Test("Strings are quoted, without control characters")
  func strings() throws {
    #expect(ValueDigest(try NDArray(strings: ["a\u{1B}b"], shape: [1])).all == ["\"a?b\""])
  }
}
