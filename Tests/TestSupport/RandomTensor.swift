package import Tensors

/// A generator whose sequence is fixed by its seed (SplitMix64).
package struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  package init(seed: UInt64) { state = seed }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z: UInt64 = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

extension Tensor {
  /// float32 elements, uniform in `range`.
  package static func random(
    _ shape: Shape, in range: ClosedRange<Float> = -1...1, using generator: inout SeededGenerator
  ) -> Tensor {
    let values: [Float] = (0..<shape.count).map { _ in Float.random(in: range, using: &generator) }
    return Tensor(values, shape)
  }
}
