internal import Tensors

/// How far an output is from what was expected.
///
/// Errors are measured as numerical libraries do for whole outputs: the largest absolute difference,
/// relative to the largest magnitude that was expected. That quotient is the tolerance that would just
/// pass. A NaN equals a NaN, an infinity one of its sign; strings are equal or not.
package struct OutputComparison: Sendable {
  package var name: String
  /// Why the values can't be compared at all: types, shapes, or nothing to compare with.
  package var mismatch: String?
  package var largestAbsoluteError: Double = 0
  /// The largest of |found - expected| / |expected|, where the expected element isn't 0.
  package var largestRelativeError: Double = 0
  /// The largest magnitude of a finite element that was expected.
  package var scale: Double = 0
  /// Where the largest absolute error is.
  package var worstIndex: [Int] = []

  /// The smallest tolerance that passes.
  package var passingTolerance: Double {
    if mismatch != nil { return .infinity }
    if largestAbsoluteError == 0 { return 0 }
    return scale > 0 ? largestAbsoluteError / scale : largestAbsoluteError
  }

  package func passes(_ tolerance: Double) -> Bool { passingTolerance <= tolerance }

  /// Compares `found`, the output `name`, with `expected`.
  package init(name: String, found: ModelValue, expected: ModelValue?) {
    self.name = name
    guard let expected else {
      mismatch = "there is nothing to compare with"
      return
    }
    compare(found, expected)
  }

  private mutating func compare(_ found: ModelValue, _ expected: ModelValue) {
    switch (found, expected) {
    case (.array(let found), .array(let expected)): compare(found.tensor, expected.tensor)
    case (.sequence(let found), .sequence(let expected)): compare(found, expected)
    case (.optional(nil), .optional(nil)): break
    case (.optional(let found?), .optional(let expected?)): compare(found, expected)
    case (.map(let keys, let values), .map(let expectedKeys, let expectedValues)):
      compare(keys.tensor, expectedKeys.tensor)
      compare(values, expectedValues)
    default: mismatch = "expected another kind of value"
    }
  }

  private mutating func compare(_ found: [ModelValue], _ expected: [ModelValue]) {
    guard found.count == expected.count else {
      mismatch = "expected \(expected.count) elements, found \(found.count)"
      return
    }
    for (a, b) in zip(found, expected) { compare(a, b) }
  }

  private mutating func compare(_ found: Tensor, _ expected: Tensor) {
    guard found.elementType == expected.elementType, found.shape == expected.shape else {
      mismatch =
        "expected \(expected.elementType.name)\(expected.shape), found \(found.elementType.name)\(found.shape)"
      return
    }
    if let strings = found.strings {
      if strings.elements != expected.strings?.elements { mismatch = "expected other strings" }
      return
    }
    guard let a = Elements.doubles(found), let b = Elements.doubles(expected) else { return }
    // A complex number is two elements.
    let parts: Int = max(a.count / max(found.count, 1), 1)
    for index in a.indices {
      let wanted: Double = b[index]
      if wanted.isFinite { scale = max(scale, abs(wanted)) }
      if a[index] == wanted || (a[index].isNaN && wanted.isNaN) { continue }
      let difference: Double = abs(a[index] - wanted)
      let error: Double = difference.isNaN ? .infinity : difference
      if error > largestAbsoluteError {
        largestAbsoluteError = error
        worstIndex = Self.coordinates(index / parts, found.shape)
      }
      if wanted != 0, wanted.isFinite {
        largestRelativeError = max(largestRelativeError, error / abs(wanted))
      }
    }
  }

  private static func coordinates(_ index: Int, _ shape: Shape) -> [Int] {
    var rest: Int = index
    var coordinates: [Int] = []
    for extent in shape.extents.reversed() {
      coordinates.append(rest % max(extent, 1))
      rest /= max(extent, 1)
    }
    return coordinates.reversed()
  }

  package var json: JSONValue {
    .object([
      ("name", .string(name)), ("mismatch", JSONValue(mismatch)),
      ("largestAbsoluteError", .number(largestAbsoluteError)),
      ("largestRelativeError", .number(largestRelativeError)), ("scale", .number(scale)),
      ("worstIndex", .array(worstIndex.map { .integer($0) })),
      ("passingTolerance", .number(passingTolerance)),
    ])
  }
}
