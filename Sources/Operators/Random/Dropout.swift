package import Graphs
internal import Tensors

/// `Dropout`: the input as it is, and a mask of true; in training mode `data * mask / (1 - ratio)`, with
/// each element of the mask false with probability `ratio`. The mask of a seed is that of the reference
/// implementation: element i is kept where the Mersenne Twister's i-th uniform number is at least `ratio`.
///
/// ONNX operator set: Dropout-7 to 22; before 12 `ratio` is an attribute and there is no training mode.
/// Refused while running: a ratio outside [0, 1).
package struct DropoutOp: KernelOperator, InPlaceOperator, NondeterministicOperator {
  private static let types: TypeSet = TypeSet.floats | TypeSet.float8

  package static let schema = OperatorSchema(
    "Dropout", since: [7, 10, 12, 13, 22],
    inputs: [
      Parameter("data", types, variable: "T"), Parameter("ratio", types, .optional),
      Parameter("training_mode", [.bool], .optional),
    ],
    outputs: [Parameter("output", types, variable: "T"), Parameter("mask", [.bool], .optional)],
    attributes: ["ratio", "seed"])

  package let seed: Int?

  package init(_ node: inout NodeReader) throws(GraphError) {
    seed = try node.int("seed")
    if let ratio = try node.float("ratio") { node.setInput(1, to: Tensor(scalar: ratio)) }
  }

  package var attributes: [Attribute] { seed.map { [Attribute("seed", $0)] } ?? [] }
  package var inPlaceInputs: [Int] { [0] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    context.setOutput(0, context.elementType(0), context.dimensions(0))
    context.setOutput(1, .bool, context.dimensions(0))
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    let type: ElementType = context.input(0).elementType
    let count: Int = context.input(0).shape.count
    let bytes: Int = count &* type.byteWidth
    let source: Int = context.input(0).slot
    let target: Int? = context.optionalOutput(0)?.slot
    let mask: Int? = context.optionalOutput(1)?.slot
    let training: Int? = context.optionalInput(2)?.slot
    let ratioSlot: Int? = context.optionalInput(1)?.slot
    let ratio: @Sendable (UnsafeRawPointer) -> Double? = Self.reader(
      of: context.optionalInput(1)?.elementType)
    let drop: DropoutKernel? = DropoutKernel.kernel(for: type)
    let keepSlot: Int = mask ?? context.temporary(training == nil ? 0 : count)
    let seed: Int? = self.seed
    return Step { run throws(ExecutionError) in
      guard let training, run.input(training, as: UInt8.self).pointee != 0 else {
        if let mask { fillElements(run.slots[mask], [UInt8(1)], count: count, size: 1) }
        if let target, run.slots[target] != run.slots[source] {
          run.slots[target].copyMemory(from: run.slots[source], byteCount: bytes)
        }
        return
      }
      var probability: Double = 0.5
      if let ratioSlot {
        guard let value = ratio(run.slots[ratioSlot]), value >= 0, value < 1 else {
          throw ExecutionError(.invalidInput, "the ratio must be in [0, 1)")
        }
        probability = value
      }
      guard let drop else {
        throw ExecutionError(.unsupportedType, "there is no training mode for \(type.name)")
      }
      let keep = run.output(keepSlot, as: UInt8.self)
      var random = MersenneTwister(
        seed: seed.map { UInt32(truncatingIfNeeded: $0) } ?? UInt32.random(in: 0...UInt32.max))
      for index in 0..<count {
        keep[index] = probability == 0 || random.nextUniform() >= probability ? 1 : 0
      }
      if let target { drop.run(run.slots[target], run.slots[source], keep, count, 1 / (1 - probability)) }
    }
  }

  private static func reader(of type: ElementType?) -> @Sendable (UnsafeRawPointer) -> Double? {
    switch type {
    case .float32?: { Double($0.load(as: Float.self)) }
    case .float64?: { $0.load(as: Double.self) }
    case .float16?: { Double(Half(bits: $0.load(as: UInt16.self)).float) }
    case .bfloat16?: { Double(BFloat16(bits: $0.load(as: UInt16.self)).float) }
    default: { _ in nil }
    }
  }
}

/// `out[i] = keep[i] ? data[i] * scale : 0` for one element type.
private struct DropoutKernel: Sendable {
  let run: @Sendable (UnsafeMutableRawPointer, UnsafeRawPointer, UnsafePointer<UInt8>, Int, Double) -> Void

  static func kernel(for type: ElementType) -> DropoutKernel? {
    switch type {
    case .float32: make(Float.self) { $0 * Float($1) }
    case .float64: make(Double.self) { $0 * $1 }
    case .float16: make(Half.self) { Half($0.float * Float($1)) }
    case .bfloat16: make(BFloat16.self) { BFloat16($0.float * Float($1)) }
    default: nil
    }
  }

  private static func make<Element: TensorElement>(
    _ type: Element.Type, _ scaled: @escaping @Sendable (Element, Double) -> Element
  ) -> DropoutKernel {
    DropoutKernel { out, input, keep, count, scale in
      let target = out.assumingMemoryBound(to: type)
      let source = input.assumingMemoryBound(to: type)
      for index in 0..<count {
        let value: Element = scaled(source[index], scale)
        if keep[index] != 0 {
          target[index] = value
        } else {
          (target + index).withMemoryRebound(to: UInt8.self, capacity: MemoryLayout<Element>.size) {
            $0.update(repeating: 0, count: MemoryLayout<Element>.size)
          }
        }
      }
    }
  }
}
