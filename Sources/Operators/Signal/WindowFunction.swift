internal import Graphs
internal import Tensors

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// What the window operators share: `size` numbers `a0 - a1 cos(2 pi n / N) + a2 cos(4 pi n / N)`, where N is
/// the size for a periodic window and one less for a symmetric one.
struct WindowFunction: Sendable {
  let isPeriodic: Bool
  let type: ElementType
  let coefficients: (Double, Double, Double)

  init(_ node: NodeReader, _ a0: Double, _ a1: Double, _ a2: Double) throws(GraphError) {
    isPeriodic = try node.flag("periodic") ?? true
    type = try node.elementType("output_datatype") ?? .float32
    coefficients = (a0, a1, a2)
    guard TypeSet.numbers.contains(type) else {
      throw node.error(.invalidAttribute, "attribute 'output_datatype' must be a number, found \(type.name)")
    }
  }

  var attributes: [Attribute] {
    [Attribute("output_datatype", Int(type.rawValue)), Attribute("periodic", isPeriodic)]
  }

  func infer(_ context: inout InferenceContext) throws(GraphError) {
    let size: Dimension? = context.knownDimensions(0)?.first
    if let value = size?.value, value < 0 {
      throw context.error(.invalidInput, "the size must not be negative, found \(value)")
    }
    context.setOutput(0, type, [size ?? context.freshDimension()])
  }

  func prepare(_ context: PrepareContext) -> Step {
    let count: Int = context.output(0).shape.count
    let period = Double(isPeriodic ? count : count - 1)
    let (slot, type, a): (Int, ElementType, (Double, Double, Double)) = (
      context.output(0).slot, self.type, coefficients
    )
    return Step { run in
      let target: UnsafeMutableRawPointer = run.slots[slot]
      for index in 0..<count {
        let angle: Double = 2 * Double.pi * Double(index) / period
        let value: Double = a.0 - a.1 * cos(angle) + a.2 * cos(2 * angle)
        RealReader.store(target, type, index, count == 1 ? (period == 0 ? .nan : value) : value)
      }
    }
  }
}
