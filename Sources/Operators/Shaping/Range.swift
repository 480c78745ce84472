package import Graphs
internal import Tensors

/// `Range`: `start + i * delta` for `0 <= i < max(0, ceil((limit - start) / delta))`. float16 and bfloat16
/// are computed in float32 and rounded once.
///
/// ONNX operator set: Range-11 to 27. Refused: a delta of 0, and more elements than there is memory for.
package struct RangeOp: KernelOperator {
  private static let types: TypeSet = TypeSet.floats | [.int16, .int32, .int64]

  package static let schema = OperatorSchema(
    "Range", since: [11, 27],
    inputs: [
      Parameter("start", types, variable: "T"), Parameter("limit", types, variable: "T"),
      Parameter("delta", types, variable: "T"),
    ],
    outputs: [Parameter("output", types, variable: "T")],
    attributes: ["stash_type"])

  package let stashType: Int

  package init(_ node: inout NodeReader) throws(GraphError) {
    stashType = try node.int("stash_type") ?? 1
  }

  package var attributes: [Attribute] { [Attribute("stash_type", stashType)] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    let type: ElementType? = context.elementType(0)
    if let start = context.tensor(0), let limit = context.tensor(1), let delta = context.tensor(2) {
      context.setOutput(0, type, [Dimension(try count(start, limit, delta, context))])
    } else if type == .int64, let start = context.shapeElements(0)?.first,
      let limit = context.shapeElements(1)?.first, context.integers(2) == [1]
    {
      context.setOutput(0, type, [limit - start])
    } else {
      context.setOutput(0, type, [context.freshDimension()])
    }
  }

  private func count(_ start: Tensor, _ limit: Tensor, _ delta: Tensor, _ context: InferenceContext)
    throws(GraphError) -> Int
  {
    guard start.count == 1, limit.count == 1, delta.count == 1 else {
      throw context.error(.shapeMismatch, "start, limit and delta must be scalars")
    }
    if let start = start.integer, let limit = limit.integer, let delta = delta.integer {
      guard delta != 0 else { throw context.error(.invalidInput, "delta is 0") }
      let (distance, overflow) = limit.subtractingReportingOverflow(start)
      guard !overflow else { throw context.error(.tooLarge, "\(start) to \(limit) has too many elements") }
      guard distance != 0, (distance > 0) == (delta > 0) else { return 0 }
      return Int(clamping: (distance.magnitude - 1) / delta.magnitude + 1)
    }
    guard let start = start.real, let limit = limit.real, let delta = delta.real else { return 0 }
    guard delta != 0, delta.isFinite else {
      throw context.error(.invalidInput, "delta must be finite and not 0, found \(delta)")
    }
    let length: Double = ((limit - start) / delta).rounded(.up)
    guard length < 0x1p48 else {
      throw context.error(.tooLarge, "\(start) to \(limit) has too many elements")
    }
    return length > 0 ? Int(length) : 0
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    let (start, delta): (Int, Int) = (context.input(0).slot, context.input(2).slot)
    let target: Int = context.output(0).slot
    let count: Int = context.output(0).shape.count
    func integers<Element: FixedWidthInteger & TensorElement>(_ type: Element.Type) -> Step {
      Step { run in
        let (first, step) = (run.input(start, as: type).pointee, run.input(delta, as: type).pointee)
        let out = run.output(target, as: type)
        for index in 0..<count { out[index] = first &+ Element(truncatingIfNeeded: index) &* step }
      }
    }
    func floats<Element: TensorElement>(
      _ type: Element.Type, _ read: @escaping @Sendable (Element) -> Double,
      _ write: @escaping @Sendable (Double) -> Element
    ) -> Step {
      Step { run in
        let first: Double = read(run.input(start, as: type).pointee)
        let step: Double = read(run.input(delta, as: type).pointee)
        let out = run.output(target, as: type)
        for index in 0..<count { out[index] = write(first + Double(index) * step) }
      }
    }
    switch context.output(0).elementType {
    case .int16: return integers(Int16.self)
    case .int32: return integers(Int32.self)
    case .int64: return integers(Int64.self)
    case .float32: return floats(Float.self, { Double($0) }, { Float($0) })
    case .float64: return floats(Double.self, { $0 }, { $0 })
    case .float16: return floats(Half.self, { Double($0.float) }, { Half($0) })
    case .bfloat16: return floats(BFloat16.self, { Double($0.float) }, { BFloat16(Float($0)) })
    default: throw context.unsupported(context.output(0).elementType)
    }
  }
}

extension Tensor {
  /// The first element of a tensor of signed integers.
  fileprivate var integer: Int? {
    switch elementType {
    case .int16: Int(elements(Int16.self)[0])
    case .int32: Int(elements(Int32.self)[0])
    case .int64: Int(elements(Int64.self)[0])
    default: nil
    }
  }

  /// The first element of a tensor of floats.
  fileprivate var real: Double? {
    switch elementType {
    case .float32: Double(elements(Float.self)[0])
    case .float64: elements(Double.self)[0]
    case .float16: Double(elements(Half.self)[0].float)
    case .bfloat16: Double(elements(BFloat16.self)[0].float)
    default: nil
    }
  }
}
