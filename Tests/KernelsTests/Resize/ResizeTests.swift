import Foundation
import KernelInterface
import KernelSelection
import Testing

/// Resampling passes over random tables of positions and weights, on every table of kernels.
@Suite struct ResizeTests {
  @Test func weightedAndNearestPassesMatchTheirFormulas() {
    for (name, table) in InstructionSet.tables {
      for taps in [1, 2, 4, 7] {
        for inner in [1, 2, 15, 16, 35] {
          let (outer, inLength, outLength) = (2, 9, 21)
          var random = SeededRandom(UInt64(taps * 100 + inner))
          let positions = (0..<outLength * taps).map { _ in Int32(random.integer(0...inLength - 1)) }
          let weights = randomFloats(outLength * taps, seed: 2, range: 1)
          let values = randomFloats(outer * inLength * inner, seed: 3)
          let out = GuardedBuffer<Float>(outer * outLength * inner) { _ in 0 }
          table.resize.weightedF32(
            out.base, values, outer, inLength, outLength, inner, positions, weights, taps)
          let picked = GuardedBuffer<Float>(outer * outLength * inner) { _ in 0 }
          table.resize.nearest(picked.base, values, outer, inLength, outLength, inner, positions, 4)
          var expected: [Double] = []
          var chosen: [Float] = []
          for o in 0..<outer {
            for l in 0..<outLength {
              for i in 0..<inner {
                var sum = 0.0
                for t in l * taps..<(l + 1) * taps {
                  sum += Double(weights[t]) * Double(values[(o * inLength + Int(positions[t])) * inner + i])
                }
                expected.append(sum)
                chosen.append(values[(o * inLength + Int(positions[l])) * inner + i])
              }
            }
          }
          expectNear(out.values, expected, steps: 8, scale: 8, "\(name) \(taps) \(inner)")
          #expect(picked.values == chosen && out.isIntact && picked.isIntact)
        }
      }
    }
  }
}
