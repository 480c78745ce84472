package import Graphs
internal import KernelInterface
internal import Tensors

/// `LpNormalization`: `y = x / norm(x)` along an axis, the norm being L1 (p = 1) or L2 (p = 2). A norm of 0
/// gives 0.
///
/// ONNX operator set: LpNormalization-1 to 22.
package struct LpNormalizationOp: KernelOperator, InPlaceOperator {
  package static let schema = OperatorSchema(
    "LpNormalization", since: [1, 22],
    inputs: [Parameter("input", .floats, variable: "T")],
    outputs: [Parameter("output", .floats, variable: "T")],
    attributes: ["axis", "p"])

  package let axis: Int
  package let power: Int

  package init(_ node: inout NodeReader) throws(GraphError) {
    axis = try node.int("axis") ?? -1
    power = try node.int("p") ?? 2
    guard power == 1 || power == 2 else {
      throw node.error(.invalidAttribute, "attribute 'p' must be 1 or 2, found \(power)")
    }
  }

  package var attributes: [Attribute] { [Attribute("axis", axis), Attribute("p", power)] }
  package var inPlaceInputs: [Int] { [0] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    if let rank = context.rank(0) { _ = try context.normalized(axis: axis, rank: rank) }
    context.setOutput(0, context.elementType(0), context.dimensions(0))
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    try context.widened { (context) throws(PlanError) in
      let x: PrepareContext.Operand = context.input(0)
      let division = AxisDivision(x.shape.extents, axis: x.shape.normalized(axis: axis) ?? 0)
      let p: Int = power
      switch x.elementType {
      case .float32:
        let kernel = context.kernels.normalization.lpNormF32
        return alongAxisStep(context, division, Float.self) { kernel($0, $1, $2, p) }
      case .float64:
        return alongAxisStep(context, division, Double.self) { NormalizationScalars.lpNorm($0, $1, $2, p) }
      default: throw context.unsupported(x.elementType)
      }
    }
  }
}

/// A step that maps input 0 to output 0 of the same shape with a kernel that works along one axis.
func alongAxisStep<Element: TensorElement>(
  _ context: PrepareContext, _ division: AxisDivision, _ type: Element.Type,
  _ kernel: @escaping @Sendable (UnsafeMutablePointer<Element>, UnsafePointer<Element>, AxisShape) -> Void
) -> Step {
  let (xSlot, ySlot): (Int, Int) = (context.input(0).slot, context.output(0).slot)
  let rowStride: Int = division.whole.outerStride
  return Step { run in
    let source = run.input(xSlot, as: Element.self)
    let target = run.output(ySlot, as: Element.self)
    division.run(run) { part, outer, inner in
      let offset: Int = outer &* rowStride &+ inner
      kernel(target + offset, source + offset, part)
    }
  }
}
