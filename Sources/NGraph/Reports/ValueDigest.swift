internal import Tensors

/// What a person wants to see of an array without reading all of it.
///
/// An array of up to 32 elements is shown whole. Of others the first and last elements are, and least,
/// mean and greatest. Of what may be a vector of class scores (floats, a last axis of 5 to 100,000, one
/// axis or a few rows) the five greatest are, with their positions.
package struct ValueDigest: Sendable {
  package struct Score: Sendable {
    package var position: Int
    package var value: Double
  }
  package struct Statistics: Sendable {
    package var least: Double
    package var mean: Double
    package var greatest: Double
    /// How many elements are NaN; they are left out of the others.
    package var nanCount: Int
  }

  private static let smallCount: Int = 32
  private static let edgeCount: Int = 4
  private static let scoreCounts: ClosedRange<Int> = 5...100_000
  private static let mostRows: Int = 16
  private static let printedCount: Int = 1000

  package let dataType: DataType
  package let shape: [Int]
  /// All elements of a small array, else none.
  package private(set) var all: [String] = []
  package private(set) var first: [String] = []
  package private(set) var last: [String] = []
  package private(set) var statistics: Statistics?
  /// All elements for programs, of an array that is not too large to print; else none.
  package private(set) var json: [JSONValue] = []
  /// The greatest elements of each row, or nothing.
  package private(set) var topScores: [[Score]] = []

  package init(_ array: NDArray) {
    dataType = array.dataType
    shape = array.shape
    let texts: [String]
    if let strings = array.tensor.strings {
      texts = strings.elements.map { Self.quoted($0) }
      show(texts.count) { texts[$0] }
      if texts.count <= Self.printedCount { json = strings.elements.map { .string($0) } }
      return
    }
    guard let values = Elements.doubles(array.tensor) else { return }
    let isComplex: Bool = dataType == .complex64 || dataType == .complex128
    let type: DataType = dataType
    // Doubles round large integers.
    let exact: [Int64]? = type == .int64 ? array.tensor.elements() : nil
    show(array.count) { index in
      if let exact { return String(exact[index]) }
      guard isComplex else { return Self.text(values[index], type) }
      let imaginary: Double = values[2 * index + 1]
      return Self.text(values[2 * index], type) + (imaginary < 0 ? "" : "+") + Self.text(imaginary, type)
        + "i"
    }
    if values.count <= Self.printedCount {
      json =
        exact?.map { .integer(Int($0)) } ?? values.map { type == .bool ? .bool($0 != 0) : .number($0) }
    }
    guard !isComplex, dataType != .bool, !values.isEmpty else { return }
    statistics = Self.statistics(of: values)
    topScores = Self.scores(values, shape, array.tensor.elementType)
  }

  private mutating func show(_ count: Int, _ text: (Int) -> String) {
    if count <= Self.smallCount {
      all = (0..<count).map(text)
    } else {
      first = (0..<Self.edgeCount).map(text)
      last = (count - Self.edgeCount..<count).map(text)
    }
  }

  static func text(_ value: Double, _ type: DataType) -> String {
    switch type {
    case .bool: value == 0 ? "false" : "true"
    case .float64: NumberText.general(value, digits: 9)
    default:
      type.elementType.isInteger && abs(value) < 0x1p53
        ? String(Int(value)) : NumberText.general(value, digits: 6)
    }
  }

  private static func quoted(_ text: String) -> String {
    let short: Substring = text.prefix(40)
    let shown: String = short.unicodeScalars.map {
      $0.properties.generalCategory == .control ? "?" : String($0)
    }
    .joined()
    return "\"\(shown)\(short.count < text.count ? "..." : "")\""
  }

  private static func statistics(of values: [Double]) -> Statistics? {
    var result = Statistics(least: .infinity, mean: 0, greatest: -.infinity, nanCount: 0)
    var sum: Double = 0
    for value in values {
      if value.isNaN {
        result.nanCount += 1
        continue
      }
      result.least = min(result.least, value)
      result.greatest = max(result.greatest, value)
      sum += value
    }
    let counted: Int = values.count - result.nanCount
    if counted == 0 { return Statistics(least: .nan, mean: .nan, greatest: .nan, nanCount: result.nanCount) }
    result.mean = sum / Double(counted)
    return result
  }

  private static func scores(_ values: [Double], _ shape: [Int], _ type: ElementType) -> [[Score]] {
    guard type.isFloatingPoint, let width = shape.last, scoreCounts.contains(width), shape.count <= 2 else {
      return []
    }
    let rows: Int = values.count / width
    guard rows <= mostRows else { return [] }
    return (0..<rows).map { row in
      var top: [Score] = []
      for position in 0..<width {
        let value: Double = values[row * width + position]
        if value.isNaN || (top.count == 5 && value <= top[4].value) { continue }
        let place: Int = top.firstIndex { $0.value < value } ?? top.count
        top.insert(Score(position: position, value: value), at: place)
        if top.count > 5 { top.removeLast() }
      }
      return top
    }
  }
}
