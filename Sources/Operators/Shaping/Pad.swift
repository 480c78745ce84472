package import Graphs
package import Tensors

/// `Pad`: the input with elements added before and after along each axis in `axes` (all, where left out):
/// `constant_value`, the edge element, a reflection around the edge element, or the axis wrapped around.
/// Negative pads take elements away.
///
/// ONNX operator set: Pad-2 to 25; before 11 pads and value are attributes. Refused: a mode that needs
/// elements on an axis that has none.
package struct PadOp: KernelOperator, ValueOperator {
  package static let schema = OperatorSchema(
    "Pad", since: [2, 11, 13, 18, 19, 21, 23, 24, 25],
    inputs: [
      Parameter("data", .all, variable: "T"), Parameter("pads", [.int64]),
      Parameter("constant_value", .all, .optional, variable: "T"),
      Parameter("axes", .indices, .optional),
    ],
    outputs: [Parameter("output", .all, variable: "T")],
    attributes: ["mode", "pads", "value"])

  package enum Mode: String, Sendable { case constant, reflect, edge, wrap }

  package let mode: Mode
  /// The value of versions before 11, which is an attribute whatever the input's type.
  private let legacyValue: Float?

  package init(_ node: inout NodeReader) throws(GraphError) {
    let name: String = try node.string("mode") ?? "constant"
    guard let mode = Mode(rawValue: name) else {
      throw node.error(
        .invalidAttribute, "attribute 'mode' must be constant, reflect, edge or wrap, found '\(name)'")
    }
    self.mode = mode
    if let pads = try node.ints("pads") { node.setInput(1, to: Tensor(pads.map { Int64($0) })) }
    guard node.hasInput(1) else { throw node.error(.missingAttribute, "attribute 'pads' is required") }
    let value: Float = try node.float("value") ?? 0
    var legacy: Float?
    if value != 0 {
      switch node.type(ofInput: 0)?.elementType {
      case .float32?: node.setInput(2, to: Tensor(scalar: value))
      case .float64?: node.setInput(2, to: Tensor(scalar: Double(value)))
      case .float16?: node.setInput(2, to: Tensor(scalar: Half(value)))
      default: legacy = value
      }
    }
    legacyValue = legacy
  }

  package var attributes: [Attribute] {
    [Attribute("mode", mode.rawValue)] + (legacyValue.map { [Attribute("value", $0)] } ?? [])
  }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    guard let dimensions = context.dimensions(0) else {
      context.setOutput(0, context.elementType(0), nil)
      return
    }
    guard let pads = context.shapeElements(1), let axes = try axes(context, rank: dimensions.count) else {
      context.setOutput(0, context.elementType(0), context.freshDimensions(dimensions.count))
      return
    }
    guard pads.count == 2 * axes.count else {
      throw context.error(.shapeMismatch, "expected \(2 * axes.count) pads, found \(pads.count)")
    }
    var result: [Dimension] = dimensions
    for (position, axis) in axes.enumerated() {
      let before: Dimension = pads[position]
      let after: Dimension = pads[position + axes.count]
      result[axis] = dimensions[axis] + before + after
      if let extent = result[axis].value, extent < 0 {
        throw context.error(.shapeMismatch, "axis \(axis) would have the extent \(extent)")
      }
      if let extent = dimensions[axis].value, let size = result[axis].value, mode != .constant, extent == 0,
        size > 0
      {
        throw context.error(.shapeMismatch, "axis \(axis) has no element to pad with")
      }
    }
    context.setOutput(0, context.elementType(0), result)
  }

  private func axes(_ context: InferenceContext, rank: Int) throws(GraphError) -> [Int]? {
    guard context.hasInput(3) else { return Array(0..<rank) }
    guard let named = context.integers(3) else { return nil }
    return try context.normalized(axes: named, rank: rank)
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    let pads: [Int] = try context.integers(ofInput: 1)
    var axes: [Int] = Array(0..<context.input(0).shape.rank)
    if context.optionalInput(3) != nil { axes = try context.integers(ofInput: 3) }
    return try context.moving { context throws(PlanError) in
      let input: Shape = context.input(0).shape
      var before = [Int](repeating: 0, count: input.rank)
      for (position, axis) in axes.enumerated() {
        before[input.normalized(axis: axis) ?? 0] = pads[position]
      }
      guard mode == .constant else { return tableStep(context, before) }
      return placementStep(
        context, before: before, value: context.optionalInput(2)?.slot,
        otherwise: defaultValue(context.output(0).elementType))
    }
  }

  /// What pads where there is no value: zero, or the attribute of old versions, as an integer type has it.
  private func defaultValue(_ type: ElementType) -> Tensor {
    let number: Int64 = legacyValue.map { $0.isFinite ? Int64(max(-0x1p62, min($0, 0x1p62))) : 0 } ?? 0
    return Tensor(type, [1]) { bytes in
      withUnsafeBytes(of: (number.littleEndian, Int64(0))) {
        bytes.copyMemory(from: .init(rebasing: $0[..<bytes.count]))
      }
    }
  }

  private func tableStep(_ context: PrepareContext, _ before: [Int]) -> Step {
    let input: Shape = context.input(0).shape
    let output: Shape = context.output(0).shape
    var tables: [[Int]] = []
    for axis in 0..<input.rank {
      tables.append((0..<output[axis]).map { position($0 - before[axis], extent: input[axis]) })
    }
    let copy = TableCopy(tables, input: input, elementSize: context.output(0).elementType.byteWidth)
    let source: Int = context.input(0).slot
    let target: Int = context.output(0).slot
    return Step { run in copy.run(run, from: source, to: target) }
  }

  /// The input position that stands at `index`, which may lie outside `0 ..< extent`.
  private func position(_ index: Int, extent: Int) -> Int {
    if index >= 0, index < extent { return index }
    switch mode {
    case .constant, .edge: return min(max(index, 0), extent - 1)
    case .wrap:
      let rest: Int = index % extent
      return rest < 0 ? rest + extent : rest
    case .reflect:
      guard extent > 1 else { return 0 }
      let period: Int = 2 * (extent - 1)
      var rest: Int = index % period
      if rest < 0 { rest += period }
      return rest < extent ? rest : period - rest
    }
  }

  package func evaluate(_ inputs: [Value?], _ context: EvaluationContext) throws(ExecutionError) -> [Value?] {
    try context.movingStrings(self, inputs, data: [0, 2])
  }
}
