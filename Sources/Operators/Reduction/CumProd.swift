package import Graphs
internal import KernelInterface

/// `CumProd`: the running product along the axis that the second input names; `exclusive` leaves out the
/// element itself, `reverse` runs from the end.
///
/// ONNX operator set: CumProd-26.
package struct CumProdOp: KernelOperator, InPlaceOperator {
  package static let schema = OperatorSchema(
    "CumProd", since: [26],
    inputs: [Parameter("x", .numbers, variable: "T"), Parameter("axis", .indices)],
    outputs: [Parameter("y", .numbers, variable: "T")],
    attributes: ["exclusive", "reverse"])

  let running: RunningReduction

  package init(_ node: inout NodeReader) throws(GraphError) { running = try RunningReduction(node) }

  package var attributes: [Attribute] { running.attributes }
  package var inPlaceInputs: [Int] { [0] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) { try running.infer(&context) }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    try context.widened { (context) throws(PlanError) in
      try running.prepare(context, context.kernels.reduction.cumulativeProduct)
    }
  }
}
