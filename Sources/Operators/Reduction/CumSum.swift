package import Graphs
internal import KernelInterface

/// `CumSum`: the running sum along the axis that the second input names; `exclusive` leaves out the
/// element itself, `reverse` runs from the end.
///
/// ONNX operator set: CumSum-11 to 14.
package struct CumSumOp: KernelOperator, InPlaceOperator {
  package static let schema = OperatorSchema(
    "CumSum", since: [11, 14],
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
      try running.prepare(context, context.kernels.reduction.cumulativeSum)
    }
  }
}
