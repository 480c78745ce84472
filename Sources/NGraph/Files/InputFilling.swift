internal import Tensors

/// Values for inputs that no file gives.
package enum InputFilling: Sendable, Hashable {
  case ones
  /// Floats uniform in [-1, 1), integers and bools 0 or 1 (which every table of embeddings has), the same
  /// for the same seed.
  case random(seed: UInt64)

  /// A tensor of `type` and `shape`; `index` is the input's number. nil for types that can't be filled.
  func tensor(_ type: ElementType, _ shape: Shape, index: Int) -> Tensor? {
    guard let elements = Elements(type), let size = type.byteCount(of: shape.count) else { return nil }
    var generator = Generator(state: 0)
    if case .random(let seed) = self {
      generator.state = seed &+ UInt64(index) &* 0x9E37_79B9_7F4A_7C15
    }
    let storage = Storage(byteCount: size, zeroed: true)
    for element in 0..<shape.count {
      let value: Double =
        switch self {
        case .ones: 1
        case .random: type.isFloatingPoint ? generator.uniform() : Double(generator.next() >> 63)
        }
      guard elements.store(value, storage.base, element) else { return nil }
    }
    return Tensor(type, shape, storage: storage)
  }

  /// SplitMix64 (Steele, Lea, Flood 2014).
  private struct Generator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var mixed: UInt64 = state
      mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
      return mixed ^ (mixed >> 31)
    }

    /// Uniform in [-1, 1).
    mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-52 - 1 }
  }
}
