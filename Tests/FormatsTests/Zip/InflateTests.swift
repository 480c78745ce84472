import Formats
import Testing

@Suite struct InflateTests {
  private func inflate(_ input: [UInt8], _ count: Int) throws(FormatError) -> [UInt8] {
    var output = [UInt8](repeating: 0, count: count)
    try output.withUnsafeMutableBufferPointer { (target) throws(FormatError) in
      try input.withUnsafeBufferPointer { (source) throws(FormatError) in
        try Inflate.decompress(UnsafeRawBufferPointer(source), into: UnsafeMutableRawBufferPointer(target))
      }
    }
    return output
  }

  private let dynamic: [UInt8] = [
    45, 141, 201, 13, 0, 48, 12, 194, 102, 229, 216, 127, 134, 154, 168, 31, 176, 64, 36, 138, 36, 219, 53, 6,
    4, 213,
    137, 138, 21, 202, 143, 199, 114, 74, 51, 63, 82, 6, 183, 236, 58, 128, 25, 169, 125, 135, 18, 114, 237,
    71, 114,
    27, 242, 14, 31,
  ]
  private let dynamicText =
    "acaaabbbdbaababbcabaacabaaadcabdabacabbcabadabaabcdaadaabcbcdaaacbcbcababbdabcdbabdcaacbbbabaacccbdaacaaaccabcbcbbadccab"

  @Test func storedBlocksAreCopied() throws {
    #expect(try inflate([1, 5, 0, 250, 255] + Array("hello".utf8), 5) == Array("hello".utf8))
    #expect(try inflate([0, 2, 0, 253, 255, 1, 2, 1, 1, 0, 254, 255, 3], 3) == [1, 2, 3])
  }

  @Test func fixedCodesAreDecoded() throws {
    let input: [UInt8] = [75, 76, 74, 78, 68, 69, 10, 25, 169, 57, 57, 249, 200, 36, 0]
    #expect(try inflate(input, 36) == Array("abcabcabcabcabcabc hello hello hello".utf8))
  }

  @Test func dynamicCodesAreDecoded() throws {
    #expect(try inflate(dynamic, 120) == Array(dynamicText.utf8))
  }

  @Test func overlappingCopiesRepeat() throws {
    var input: [UInt8] = [237, 193, 1, 13, 0, 0, 0, 194, 160, 247, 79, 109, 15, 7, 20]
    input += [UInt8](repeating: 0, count: 290) + [252, 24]
    #expect(try inflate(input, 300_000) == [UInt8](repeating: 0, count: 300_000))
  }

  @Test func aWrongSizeIsRefused() {
    #expect(failure { () throws(FormatError) in _ = try inflate(dynamic, 119) }?.code == .malformed)
    #expect(failure { () throws(FormatError) in _ = try inflate(dynamic, 121) }?.code == .malformed)
  }

  @Test func everyTruncationIsRefused() {
    for count in 0..<dynamic.count {
      #expect(failure { () throws(FormatError) in _ = try inflate([UInt8](dynamic[..<count]), 120) } != nil)
    }
  }

  @Test func mutationsAreErrorsOrBytes() {
    var random = Seeded(1)
    for _ in 0..<20_000 {
      var mutant: [UInt8] = dynamic
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        mutant[Int.random(in: 0..<mutant.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      _ = try? inflate(mutant, 120)
    }
  }

  @Test func theChecksumIsTheStandardOne() {
    var checksum = Checksum()
    Array("1234".utf8).withUnsafeBytes { checksum.add($0) }
    Array("56789".utf8).withUnsafeBytes { checksum.add($0) }
    #expect(checksum.value == 0xCBF4_3926)
  }
}
