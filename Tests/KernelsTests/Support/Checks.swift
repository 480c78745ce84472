import Foundation
import KernelInterface
import KernelSelection
import Testing

/// Lengths around every register width: none, one, some, a register and its neighbours, several blocks.
let lengths: [Int] = [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 65, 100, 255, 519, 1537]

/// The distance of `actual` from `exact` in units of the last place of a float of `exact`'s size.
func stepsApart(_ actual: Float, _ exact: Double) -> Double {
  if exact.isNaN { return actual.isNaN ? 0 : .infinity }
  let rounded = Float(exact)
  if actual == rounded { return 0 }
  if actual.isNaN || rounded.isInfinite || actual.isInfinite { return .infinity }
  let exponent = exact == 0 ? -126 : max(Int(exact.exponent), -126)
  return abs(Double(actual) - exact) / Double(sign: .plus, exponent: exponent - 23, significand: 1)
}

/// Expects every element to be within `steps` float roundings at the size of `scale`, or of its own size if
/// larger.
func expectNear(
  _ actual: [Float], _ expected: [Double], steps: Double = 4, scale: Double = 0,
  _ label: @autoclosure () -> String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  guard actual.count == expected.count else {
    Issue.record(
      "\(label()): \(actual.count) elements, expected \(expected.count)", sourceLocation: sourceLocation)
    return
  }
  for (index, target) in expected.enumerated() {
    let value = Double(actual[index])
    if value == target || (value.isNaN && target.isNaN) { continue }
    let tolerance = steps * 0x1p-24 * max(abs(target), scale) + 0x1p-148
    if !(abs(value - target) <= tolerance) {
      Issue.record(
        "\(label()): element \(index) is \(value), expected \(target)", sourceLocation: sourceLocation)
      return
    }
  }
}

extension InstructionSet {
  /// Every table that this CPU supports, by name.
  static var tables: [(name: String, table: KernelTable)] {
    KernelSelection.supported.map { ($0.isa.name, $0) }
  }
}

/// Numbers in -range...range, seeded.
func randomFloats(_ count: Int, seed: UInt64, range: Double = 4) -> [Float] {
  var random = SeededRandom(seed)
  return (0..<count).map { _ in Float(random.uniform() * range) }
}
