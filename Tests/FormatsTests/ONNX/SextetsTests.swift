import Formats
import Testing

@Suite struct SextetsTests {
  @Test(arguments: 0...9) func packedElementsComeBack(count: Int) {
    let elements: [UInt8] = (0..<count).map { UInt8(($0 * 29 + 7) % 64) }
    let packed: [UInt8] = elements.withUnsafeBytes { Sextets.pack($0) }
    #expect(packed.count == (6 * count + 7) / 8)
    var spread = [UInt8](repeating: 0xFF, count: count)
    spread.withUnsafeMutableBytes { target in
      packed.withUnsafeBytes { Sextets.unpack($0, into: target) }
    }
    #expect(spread == elements)
  }

  @Test func theFirstElementLiesInTheLowestBits() {
    let elements: [UInt8] = [1, 2, 3, 4]
    let packed: [UInt8] = elements.withUnsafeBytes { Sextets.pack($0) }
    #expect(packed == [0b1000_0001, 0b0011_0000, 0b0001_0000])
  }
}
