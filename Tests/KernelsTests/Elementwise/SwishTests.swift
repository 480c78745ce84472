import Foundation
import KernelInterface
import KernelSelection
import Testing

/// Swish on every table: its precision over the whole range, and that a lane does not depend on its
/// neighbours.
@Suite struct SwishTests {
  /// x sigmoid(x), which is far from a float's range where the exponential leaves a double's.
  private static func reference(_ x: Double) -> Double {
    guard x > -700 else { return x.isNaN ? x : -0.0 }
    return x / (1 + exp(-x))
  }

  @Test func resultsAreWithinTwoStepsOverTheWholeRange() throws {
    var inputs: [Float] = [
      0, -0.0, .infinity, -.infinity, .nan, .leastNonzeroMagnitude, .greatestFiniteMagnitude,
      -.greatestFiniteMagnitude, 87, -87, 87.00001, -87.00001, -103, -110.5,
    ]
    for step in -120_000...120_000 { inputs.append(Float(step) / 1000) }
    var bits: UInt64 = 0
    while bits <= UInt64(UInt32.max) {
      inputs.append(Float(bitPattern: UInt32(bits)))
      bits += 65_521
    }
    for (name, table) in InstructionSet.tables {
      let kernel = try #require(table.unary.kernel(.swish, .float32))
      var outputs = [Float](repeating: 0, count: inputs.count)
      kernel(&outputs, inputs, inputs.count, 1, 0)
      var worst = 0.0
      var place: Float = 0
      for (x, y) in zip(inputs, outputs) {
        let steps = stepsApart(y, Self.reference(Double(x)))
        if steps > worst { (worst, place) = (steps, x) }
      }
      #expect(worst <= 2, "\(name) is \(worst) steps off at \(place)")
    }
  }

  @Test func aLargeNeighbourChangesNoBit() throws {
    for (name, table) in InstructionSet.tables {
      let kernel = try #require(table.unary.kernel(.swish, .float32))
      let calm: [Float] = (0..<64).map { Float($0) * 0.37 - 11 }
      var expected = [Float](repeating: 0, count: calm.count)
      kernel(&expected, calm, calm.count, 1, 0)
      for neighbour in [Float.nan, .infinity, -90, 300] {
        var mixed: [Float] = calm
        for i in stride(from: 3, to: mixed.count, by: 4) { mixed[i] = neighbour }
        var actual = [Float](repeating: 0, count: mixed.count)
        kernel(&actual, mixed, mixed.count, 1, 0)
        for i in 0..<calm.count where i % 4 != 3 {
          #expect(actual[i].bitPattern == expected[i].bitPattern, "\(name) beside \(neighbour) at \(i)")
        }
      }
    }
  }
}
