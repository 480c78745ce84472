internal import Graphs

/// The constants into which something was folded, and the deviation that rounding them predicts.
package struct FoldingSummary: Sendable {
  package let constants: Int
  /// The largest error of an element in units in the last place of its type.
  package let ulps: Double
  /// The largest error relative to the largest magnitude of its constant: the relative deviation to expect of
  /// the layer that uses it, and the constant's name.
  package let deviation: Double
  package let worst: String?

  init(_ foldings: [(name: String, error: FoldingError)]) {
    constants = foldings.count
    ulps = foldings.reduce(0) { max($0, $1.error.ulps) }
    let worst = foldings.max { $0.error.relative < $1.error.relative }
    deviation = worst?.error.relative ?? 0
    self.worst = worst?.name
  }

  package var line: String {
    guard constants > 0, let worst else { return "no constant was changed" }
    return "\(NumberText.grouped(constants)) constants rounded once, at most "
      + "\(NumberText.general(ulps, digits: 3)) units in the last place; largest predicted deviation "
      + "\(NumberText.general(deviation, digits: 3)) of a layer's largest magnitude ('\(worst)')"
  }

  package var json: JSONValue {
    .object([
      ("constants", .integer(constants)), ("ulps", .number(ulps)), ("predictedDeviation", .number(deviation)),
      ("worst", worst.map { .string($0) } ?? .null),
    ])
  }
}
