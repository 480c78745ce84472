/// A polynomial in one variable, coefficients in ascending order: what an expression of constants and one
/// value comes to.
struct Polynomial {
  private(set) var coefficients: [Double]

  /// The highest power that is kept track of.
  private static let highestPower: Int = 4

  init(_ coefficients: [Double]) { self.coefficients = coefficients }

  static let variable = Polynomial([0, 1])

  subscript(power: Int) -> Double { power < coefficients.count ? coefficients[power] : 0 }

  /// The number, where this is one.
  var number: Double? { coefficients.dropFirst().allSatisfy { $0 == 0 } ? self[0] : nil }

  func plus(_ other: Polynomial) -> Polynomial {
    let count: Int = max(coefficients.count, other.coefficients.count)
    return Polynomial((0..<count).map { self[$0] + other[$0] })
  }

  func scaled(by factor: Double) -> Polynomial { Polynomial(coefficients.map { $0 * factor }) }

  func adding(_ number: Double) -> Polynomial { plus(Polynomial([number])) }

  /// The product; nil where its degree is too high.
  func times(_ other: Polynomial) -> Polynomial? {
    var result = [Double](repeating: 0, count: Self.highestPower + 1)
    for (i, a) in coefficients.enumerated() where a != 0 {
      for (j, b) in other.coefficients.enumerated() where b != 0 {
        guard i + j <= Self.highestPower else { return nil }
        result[i + j] += a * b
      }
    }
    return Polynomial(result)
  }

  func power(_ exponent: Int) -> Polynomial? {
    var result: Polynomial? = Polynomial([1])
    for _ in 0..<exponent { result = result?.times(self) }
    return result
  }

  /// Whether all coefficients agree up to `tolerance` of the other's, and are 0 where those are.
  func isClose(_ other: Polynomial, tolerance: Double) -> Bool {
    (0..<max(coefficients.count, other.coefficients.count)).allSatisfy {
      abs(self[$0] - other[$0]) <= tolerance * abs(other[$0])
    }
  }
}
