internal import Graphs
internal import Tensors

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Random numbers by position: the number at a position follows from the key and the position alone, so
/// that work can be divided in any way (SplitMix64 run from any point: Steele, Lea and Flood, "Fast
/// Splittable Pseudorandom Number Generators", 2014).
struct RandomSource: Sendable {
  private let key: UInt64

  /// A source with the node's seed, the same in every run; without a seed, another one at each call.
  init(seed: Float?) {
    if let seed {
      key = Self.mixed(UInt64(seed.bitPattern) &+ 0x9E37_79B9_7F4A_7C15)
    } else {
      var system = SystemRandomNumberGenerator()
      key = system.next()
    }
  }

  @inline(__always)
  private static func mixed(_ value: UInt64) -> UInt64 {
    var z: UInt64 = value
    z = (z ^ (z &>> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z &>> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z &>> 31)
  }

  /// A number in [0, 1), a multiple of 2^-53.
  @inline(__always)
  func uniform(_ position: Int) -> Double {
    let state: UInt64 = key &+ UInt64(bitPattern: Int64(position)) &* 0x9E37_79B9_7F4A_7C15
    return Double(Self.mixed(state) &>> 11) * 0x1p-53
  }

  /// A number of the standard normal distribution (Box and Muller, 1958): even positions take the cosine
  /// and odd ones the sine of a pair.
  @inline(__always)
  func normal(_ position: Int) -> Double {
    let pair: Int = position & ~1
    let radius: Double = (-2 * log(1 - uniform(pair))).squareRoot()
    let angle: Double = 2 * .pi * uniform(pair &+ 1)
    return radius * (position & 1 == 0 ? cos(angle) : sin(angle))
  }
}

/// The `seed` of a node; NaN is none.
func seed(_ node: NodeReader) throws(GraphError) -> Float? {
  guard let seed = try node.float("seed"), !seed.isNaN else { return nil }
  return seed
}

/// A step that fills output 0 with `draw(source, position)`.
func randomStep(
  _ context: PrepareContext, seed: Float?, _ draw: @escaping @Sendable (RandomSource, Int) -> Double
) throws(PlanError) -> Step {
  let output: PrepareContext.Operand = context.output(0)
  guard let codec = ElementCodec(output.elementType) else { throw context.unsupported(output.elementType) }
  let (target, count) = (output.slot, output.shape.count)
  return Step { run in
    let source = RandomSource(seed: seed)
    let to: UnsafeMutableRawPointer = run.slots[target]
    run.forRanges(of: count, grain: 1 << 12) { range, _ in
      withUnsafeTemporaryAllocation(of: Double.self, capacity: ElementConversion.block) { buffer in
        guard let values = buffer.baseAddress else { return }
        var start: Int = range.lowerBound
        while start < range.upperBound {
          let length: Int = min(ElementConversion.block, range.upperBound &- start)
          for index in 0..<length { values[index] = draw(source, start &+ index) }
          codec.writeDoubles(to, start, length, values)
          start &+= length
        }
      }
    }
  }
}

extension NodeReader {
  /// The attribute `dtype`, which must be one of `types`; nil where it is left out.
  func outputType(_ types: TypeSet) throws(GraphError) -> ElementType? {
    guard let type = try elementType("dtype") else { return nil }
    guard types.contains(type) else {
      throw error(.invalidAttribute, "attribute 'dtype' can't be \(type.name)")
    }
    return type
  }

  /// The attribute `shape`, required and without negative extents.
  func outputShape() throws(GraphError) -> Shape {
    let extents: [Int] = try required("shape", ints("shape"))
    guard let shape = Shape(checking: extents) else {
      throw error(.invalidAttribute, "attribute 'shape' is no shape: \(extents)")
    }
    return shape
  }
}
