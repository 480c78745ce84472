internal import Graphs
internal import Operators

/// The operators of a model that this implementation does not have: one problem for each kind, with how
/// often it occurs and the nearest supported form.
struct UnsupportedOperators {
  private struct Kind: Hashable {
    let name: String
    let domain: String
    let version: Int?
    let reason: String?
  }
  private struct Occurrence {
    var count: Int
    let first: GraphPlace
  }

  private var occurrences: [Kind: Occurrence] = [:]
  private var order: [Kind] = []

  mutating func add(
    _ name: String, domain: String, version: Int?, at place: GraphPlace, reason: String? = nil
  ) {
    let kind = Kind(name: name, domain: domain, version: version, reason: reason)
    if occurrences[kind] == nil { order.append(kind) }
    occurrences[kind, default: Occurrence(count: 0, first: place)].count += 1
  }

  var problems: [ImportError] {
    order.map { kind in
      let occurrence: Occurrence = occurrences[kind] ?? Occurrence(count: 0, first: GraphPlace())
      var place: GraphPlace = occurrence.first
      place.op = kind.domain.isEmpty ? kind.name : "\(kind.domain)::\(kind.name)"
      place.opset = kind.version
      var message: String = kind.reason ?? "the operator is not supported"
      if occurrence.count > 1 { message += " (\(occurrence.count) nodes)" }
      if kind.reason == nil, let hint = Self.hint(kind.name, domain: kind.domain) { message += "; \(hint)" }
      return ImportError(.unsupportedOperator, message, at: place)
    }
  }

  /// What is nearest to an operator that does not exist: the same name in another domain, or a name that
  /// differs by a letter or two.
  static func hint(_ name: String, domain: String) -> String? {
    let own: String = domain.isEmpty ? "" : "\(domain)::"
    var best: (distance: Int, name: String)?
    for candidate in OperatorSet.names {
      let bare: String = bareName(candidate)
      let sameDomain: Bool = candidate == own + bare
      let distance: Int =
        bare == name ? 0 : sameDomain ? editDistance(Array(bare.utf8), Array(name.utf8)) : Int.max
      if distance <= min(2, name.utf8.count / 3), distance < best?.distance ?? Int.max {
        best = (distance, candidate)
      }
    }
    return best.map { "the nearest supported operator is '\($0.name)'" }
  }

  private static func bareName(_ qualified: String) -> String {
    guard let colon = qualified.lastIndex(of: ":") else { return qualified }
    return String(qualified[qualified.index(after: colon)...])
  }

  /// How many letters must be inserted, deleted or replaced to make one name the other.
  private static func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    if abs(left.count - right.count) > 2 || left.count > 64 { return Int.max }
    var previous: [Int] = Array(0...right.count)
    for (row, a) in left.enumerated() {
      var current: [Int] = [row + 1]
      for (column, b) in right.enumerated() {
        let replaced: Int = previous[column] + (a == b ? 0 : 1)
        current.append(min(replaced, previous[column + 1] + 1, current[column] + 1))
      }
      previous = current
    }
    return previous[right.count]
  }
}
