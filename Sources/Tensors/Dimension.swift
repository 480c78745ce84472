/// The extent of an axis that may not be known yet: an integer polynomial over named symbols, kept in a
/// canonical form so that equal polynomials are equal values.
///
/// `batch`, `2 * h + 1` and `n * h * w` are dimensions. What is no polynomial, such as a quotient that
/// leaves a remainder, becomes a symbol named by its formula (`(h + 1) / 2`, rounded down).
package struct Dimension: Sendable, Hashable, ExpressibleByIntegerLiteral, CustomStringConvertible {
  /// A product of symbols, sorted, with its factor.
  private struct Term: Sendable, Hashable {
    var symbols: [String]
    var factor: Int
  }

  private var constant: Int
  private var terms: [Term]

  package init(_ value: Int) {
    constant = value
    terms = []
  }
  package init(integerLiteral value: Int) { self.init(value) }

  /// The dimension that `name` stands for.
  package init(symbol name: String) {
    constant = 0
    terms = [Term(symbols: [name], factor: 1)]
  }

  private init(constant: Int, sums: [[String]: Int]) {
    self.constant = constant
    terms =
      sums.filter { $0.value != 0 }.map { Term(symbols: $0.key, factor: $0.value) }
      .sorted { $0.symbols.lexicographicallyPrecedes($1.symbols) }
  }

  /// The extent where it is known.
  package var value: Int? { terms.isEmpty ? constant : nil }

  /// The name of the one symbol that this is, or nil.
  package var symbol: String? {
    guard constant == 0, terms.count == 1, terms[0].factor == 1, terms[0].symbols.count == 1 else {
      return nil
    }
    return terms[0].symbols[0]
  }

  /// Whether no extents for the symbols make this negative.
  package var isNeverNegative: Bool { constant >= 0 && terms.allSatisfy { $0.factor >= 0 } }

  package static func + (left: Dimension, right: Dimension) -> Dimension {
    if let a = left.value, let b = right.value { return Dimension(a &+ b) }
    var sums: [[String]: Int] = [:]
    for term in left.terms + right.terms { sums[term.symbols, default: 0] &+= term.factor }
    return Dimension(constant: left.constant &+ right.constant, sums: sums)
  }

  package static func - (left: Dimension, right: Dimension) -> Dimension { left + Dimension(-1) * right }

  package static func * (left: Dimension, right: Dimension) -> Dimension {
    if let a = left.value, let b = right.value { return Dimension(a &* b) }
    var sums: [[String]: Int] = [:]
    var constant: Int = 0
    for a in left.allTerms {
      for b in right.allTerms {
        let symbols: [String] = (a.symbols + b.symbols).sorted()
        let factor: Int = a.factor &* b.factor
        if symbols.isEmpty { constant &+= factor } else { sums[symbols, default: 0] &+= factor }
      }
    }
    return Dimension(constant: constant, sums: sums)
  }

  /// The quotient rounded down (both are extents, so never negative); `divisor` must not be known as 0.
  package func divided(by divisor: Dimension) -> Dimension {
    if let exact = dividedExactly(by: divisor) { return exact }
    if let a = value, let b = divisor.value, b != 0 {
      return Dimension((a >= 0) == (b > 0) ? a / b : -((-a + abs(b) - 1) / abs(b)) * b.signum())
    }
    return Dimension(symbol: "\(parenthesized) / \(divisor.parenthesized)")
  }

  /// The quotient where the polynomial division leaves nothing, or nil.
  package func dividedExactly(by divisor: Dimension) -> Dimension? {
    if self == divisor, divisor != Dimension(0) { return Dimension(1) }
    let parts: [Term] = divisor.allTerms
    guard parts.count == 1, parts[0].factor != 0 else { return nil }
    var sums: [[String]: Int] = [:]
    var rest: Int = 0
    for term in allTerms {
      guard term.factor % parts[0].factor == 0 else { return nil }
      var symbols: [String] = term.symbols
      for symbol in parts[0].symbols {
        guard let index = symbols.firstIndex(of: symbol) else { return nil }
        symbols.remove(at: index)
      }
      let factor: Int = term.factor / parts[0].factor
      if symbols.isEmpty { rest &+= factor } else { sums[symbols, default: 0] &+= factor }
    }
    return Dimension(constant: rest, sums: sums)
  }

  /// The larger of both, by name where not both are known.
  package static func maximum(_ left: Dimension, _ right: Dimension) -> Dimension {
    if left == right { return left }
    if let a = left.value, let b = right.value { return Dimension(max(a, b)) }
    return Dimension(symbol: "max(\(left), \(right))")
  }

  /// The smaller of both, by name where not both are known.
  package static func minimum(_ left: Dimension, _ right: Dimension) -> Dimension {
    if left == right { return left }
    if let a = left.value, let b = right.value { return Dimension(min(a, b)) }
    return Dimension(symbol: "min(\(left), \(right))")
  }

  private var allTerms: [Term] {
    constant == 0 && !terms.isEmpty ? terms : terms + [Term(symbols: [], factor: constant)]
  }

  private var parenthesized: String {
    terms.count + (constant == 0 ? 0 : 1) > 1 ? "(\(self))" : description
  }

  package var description: String {
    if terms.isEmpty { return String(constant) }
    var text: String = ""
    for term in terms {
      let name: String = term.symbols.joined(separator: " * ")
      let size: Int = abs(term.factor)
      let part: String = size == 1 ? name : "\(size) * \(name)"
      if text.isEmpty {
        text = term.factor < 0 ? "-\(part)" : part
      } else {
        text += term.factor < 0 ? " - \(part)" : " + \(part)"
      }
    }
    if constant != 0 { text += constant < 0 ? " - \(-constant)" : " + \(constant)" }
    return text
  }
}
