#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Numbers as people read them.
package enum NumberText {
  /// `value` with up to `digits` significant digits, as C's `%g` writes it.
  package static func general(_ value: Double, digits: Int = 6) -> String {
    if value.isNaN { return "nan" }
    if value.isInfinite { return value < 0 ? "-inf" : "inf" }
    return format("%.*g", Int32(digits), value)
  }

  /// `value` with exactly `decimals` digits after the point.
  package static func fixed(_ value: Double, decimals: Int) -> String {
    value.isFinite ? format("%.*f", Int32(decimals), value) : general(value)
  }

  /// A whole number with `,` between groups of three digits.
  package static func grouped(_ value: Int) -> String {
    let digits: [Character] = Array(String(value.magnitude))
    var text: String = value < 0 ? "-" : ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
      text.append(digit)
    }
    return text
  }

  /// Bytes in the unit that suits them: `512 bytes`, `1.5 KB` (1 KB is 1,000 bytes).
  package static func bytes(_ count: Int) -> String {
    count < 1000 ? "\(count) bytes" : scaled(Double(count), ["KB", "MB", "GB", "TB", "PB"])
  }

  /// Arithmetic operations in the unit that suits them.
  package static func operations(_ count: Int) -> String {
    count < 1000 ? "\(count) FLOP" : scaled(Double(count), ["KFLOP", "MFLOP", "GFLOP", "TFLOP", "PFLOP"])
  }

  /// A duration in the unit that suits it.
  package static func duration(nanoseconds: UInt64) -> String {
    let value = Double(nanoseconds)
    if value < 1e3 { return "\(nanoseconds) ns" }
    if value < 1e6 { return fixed(value / 1e3, decimals: 1) + " us" }
    if value < 1e9 { return fixed(value / 1e6, decimals: value < 1e7 ? 3 : 1) + " ms" }
    return fixed(value / 1e9, decimals: 2) + " s"
  }

  private static func scaled(_ value: Double, _ units: [String]) -> String {
    var scaled: Double = value
    var unit: String = ""
    for name in units where scaled >= 1000 {
      scaled /= 1000
      unit = name
    }
    return fixed(scaled, decimals: scaled < 10 ? 2 : scaled < 100 ? 1 : 0) + " " + unit
  }

  private static func format(_ pattern: String, _ arguments: any CVarArg...) -> String {
    var buffer = [CChar](repeating: 0, count: 512)
    let length: Int32 = withVaList(arguments) { vsnprintf(&buffer, buffer.count, pattern, $0) }
    return String(decoding: buffer.prefix(max(Int(length), 0)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
