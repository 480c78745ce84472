import Tensors
import Testing

@Suite struct MiniFloatTests {
  static let formats: [MiniFloat] = [
    .e4M3FN, .e4M3FNUZ, .e5M2, .e5M2FNUZ, .e2M1, .e2M3, .e3M2,
  ]

  @Test("Every pattern of a number is the nearest to its own value", arguments: formats)
  func roundTrip(_ format: MiniFloat) {
    for pattern in 0...UInt8(truncatingIfNeeded: Int(format.signBit) * 2 - 1) {
      let value: Float = format.float(pattern)
      guard !value.isNaN else { continue }
      #expect(format.bits(Double(value), saturate: false) == pattern)
    }
  }

  @Test("Between two numbers the nearest is taken, and of two equally near the even one", arguments: formats)
  func rounding(_ format: MiniFloat) {
    for pattern in 0..<format.largest {
      let low = Double(format.float(pattern))
      let high = Double(format.float(pattern + 1))
      #expect(low < high)
      let middle: Double = (low + high) / 2
      #expect(format.bits(middle, saturate: true) == (pattern & 1 == 0 ? pattern : pattern + 1))
      #expect(format.bits(middle + (high - low) / 64, saturate: true) == pattern + 1)
      #expect(format.bits(-(middle - (high - low) / 64), saturate: true) & (format.signBit - 1) == pattern)
    }
  }

  @Test("The largest numbers are those of the formats' definitions")
  func largest() {
    let values: [Float] = Self.formats.map { $0.float($0.largest) }
    #expect(values == [448, 240, 57344, 57344, 6, 7.5, 28])
  }

  @Test("What is too large saturates, or becomes what the format has for it")
  func overflow() {
    for format in Self.formats {
      #expect(format.bits(1e30, saturate: true) == format.largest)
      #expect(format.bits(-.infinity, saturate: true) == format.largest | format.signBit)
    }
    #expect(MiniFloat.e4M3FN.bits(1e30, saturate: false) == 0x7F)
    #expect(MiniFloat.e4M3FNUZ.bits(-1e30, saturate: false) == 0x80)
    #expect(MiniFloat.e5M2.bits(.infinity, saturate: false) == 0x7C)
    #expect(MiniFloat.e2M1.bits(1e30, saturate: false) == 0x7)
    #expect(MiniFloat.e4M3FN.bits(464, saturate: false) == 0x7E)
  }

  @Test("NaN stays NaN where there is one, and zero keeps its sign where it has one")
  func specials() {
    for format in [MiniFloat.e4M3FN, .e4M3FNUZ, .e5M2, .e5M2FNUZ] {
      #expect(format.float(format.bits(.nan, saturate: true)).isNaN)
    }
    #expect(MiniFloat.e4M3FN.bits(-0.0, saturate: true) == 0x80)
    #expect(MiniFloat.e4M3FNUZ.bits(-0.0, saturate: true) == 0)
    #expect(MiniFloat.e4M3FNUZ.bits(-1e-9, saturate: true) == 0)
  }

  @Test("A scale of 8 bits is a power of two, rounded as asked")
  func scales() {
    #expect(Scale8.float(127) == 1)
    #expect(Scale8.float(0) == 0x1p-127)
    #expect(Scale8.float(255).isNaN)
    #expect(Scale8.bits(3, saturate: true, rounding: .up) == 129)
    #expect(Scale8.bits(3, saturate: true, rounding: .down) == 128)
    #expect(Scale8.bits(3, saturate: true, rounding: .nearest) == 129)
    #expect(Scale8.bits(2.9, saturate: true, rounding: .nearest) == 128)
    #expect(Scale8.bits(.greatestFiniteMagnitude, saturate: true, rounding: .up) == 254)
    #expect(Scale8.bits(.greatestFiniteMagnitude, saturate: false, rounding: .up) == 255)
    #expect(Scale8.bits(.nan, saturate: true, rounding: .up) == 255)
  }
}
