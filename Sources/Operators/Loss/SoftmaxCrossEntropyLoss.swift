package import Graphs
internal import KernelInterface
internal import Tensors

/// `SoftmaxCrossEntropyLoss`: the negative log-likelihood of `log softmax(scores)` over the classes of scores
/// [batch, classes, ...], and those log-probabilities.
///
/// ONNX operator set: SoftmaxCrossEntropyLoss-12 to 13.
package struct SoftmaxCrossEntropyLossOp: KernelOperator {
  package static let schema = OperatorSchema(
    "SoftmaxCrossEntropyLoss", since: [12, 13],
    inputs: [
      Parameter("scores", .floats, variable: "T"), Parameter("labels", .indices),
      Parameter("weights", .floats, .optional, variable: "T"),
    ],
    outputs: [
      Parameter("output", .floats, variable: "T"), Parameter("log_prob", .floats, .optional, variable: "T"),
    ],
    attributes: ["ignore_index", "reduction"])

  let loss: NegativeLogLikelihood

  package init(_ node: inout NodeReader) throws(GraphError) { loss = try NegativeLogLikelihood(node) }

  package var attributes: [Attribute] { loss.attributes }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    try loss.infer(&context)
    context.setOutput(1, context.elementType(0), context.dimensions(0))
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    try context.widened { (context) throws(PlanError) in
      switch context.input(0).elementType {
      case .float32: try step(&context, Float.self, .float32)
      case .float64: try step(&context, Double.self, .float64)
      default: throw context.unsupported(context.input(0).elementType)
      }
    }
  }

  private func step<Element: BinaryFloatingPoint & TensorElement>(
    _ context: inout PrepareContext, _ type: Element.Type, _ element: KernelElement
  ) throws(PlanError) -> Step {
    guard let kernel = context.kernels.softmax.logSoftmax(element) else {
      throw context.unsupported(context.input(0).elementType)
    }
    let x: PrepareContext.Operand = context.input(0)
    let logs: Int =
      context.optionalOutput(1)?.slot ?? context.temporary(x.shape.count * MemoryLayout<Element>.stride)
    let division = AxisDivision(x.shape.extents, axis: 1)
    let rest: Step = loss.step(context, type, shape: x.shape, x: logs)
    let (xSlot, rowStride): (Int, Int) = (x.slot, division.whole.outerStride)
    return Step { (run) throws(ExecutionError) in
      let source = run.input(xSlot, as: Element.self)
      let target = run.output(logs, as: Element.self)
      division.run(run) { part, outer, inner in
        let offset: Int = outer &* rowStride &+ inner
        kernel(target + offset, source + offset, part)
      }
      try rest.run(run)
    }
  }
}
