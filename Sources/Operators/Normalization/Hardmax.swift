package import Graphs
internal import KernelInterface
internal import Tensors

/// `Hardmax`: 1 for the first of the largest elements along an axis, 0 for the others.
///
/// ONNX operator set: Hardmax-1 to 13. Before 13 all axes from the given one on count as one.
package struct HardmaxOp: KernelOperator, LegacyOperator {
  package static let schema = OperatorSchema(
    "Hardmax", since: [1, 11, 13],
    inputs: [Parameter("input", .floats, variable: "T")],
    outputs: [Parameter("output", .floats, variable: "T")],
    attributes: ["axis"])

  let normalization: AxisNormalization

  package init(_ node: inout NodeReader) throws(GraphError) { normalization = try AxisNormalization(node) }

  package static func expandLegacy(_ node: inout NodeReader, into builder: inout GraphBuilder)
    throws(GraphError) -> [ValueID?]?
  { try AxisNormalization.expandFlattened(Self.self, node, into: &builder) }

  package var attributes: [Attribute] { normalization.attributes }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    try normalization.infer(&context)
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    try context.widened { (context) throws(PlanError) in
      switch context.input(0).elementType {
      case .float32: return step(&context, Float.self, context.kernels.reduction.argMax(.float32))
      case .float64: return step(&context, Double.self, context.kernels.reduction.argMax(.float64))
      default: throw context.unsupported(context.input(0).elementType)
      }
    }
  }

  private func step<Element: BinaryFloatingPoint & Sendable>(
    _ context: inout PrepareContext, _ type: Element.Type, _ kernel: ArgumentKernel?
  ) -> Step {
    guard let kernel, context.input(0).shape.count > 0 else { return Step { _ in } }
    let division: AxisDivision = normalization.division(context.input(0).shape)
    let positions: Int = context.temporary(division.whole.outer * division.whole.inner * 8)
    let (xSlot, ySlot): (Int, Int) = (context.input(0).slot, context.output(0).slot)
    let (outStride, rowStride): (Int, Int) = (division.whole.inner, division.whole.outerStride)
    return Step { run in
      let source = run.input(xSlot, as: Element.self)
      let target = run.output(ySlot, as: Element.self)
      let found = run.output(positions, as: Int64.self)
      division.run(run) { part, outer, inner in
        let offset: Int = outer &* rowStride &+ inner
        let winners = found + (outer &* outStride &+ inner)
        kernel(winners, outStride, source + offset, part, false)
        for o in 0..<part.outer {
          for l in 0..<part.length {
            let row = target + (offset &+ o &* rowStride &+ l &* outStride)
            for i in 0..<part.inner { row[i] = winners[o &* outStride &+ i] == Int64(l) ? 1 : 0 }
          }
        }
      }
    }
  }
}
