package import Graphs
internal import KernelInterface
internal import Tensors

/// `ArgMin`: the position of the smallest element along an axis, as int64; of equal ones the first, or the
/// last with `select_last_index`. An empty axis is refused.
///
/// ONNX operator set: ArgMin-1 to 13.
package struct ArgMinOp: KernelOperator {
  package static let schema = OperatorSchema(
    "ArgMin", since: [1, 11, 12, 13],
    inputs: [Parameter("data", .numbers, variable: "T")],
    outputs: [Parameter("reduced", [.int64])],
    attributes: ["axis", "keepdims", "select_last_index"])

  let reduction: ArgumentReduction

  package init(_ node: inout NodeReader) throws(GraphError) { reduction = try ArgumentReduction(node) }

  package var attributes: [Attribute] { reduction.attributes }

  package func infer(_ context: inout InferenceContext) throws(GraphError) { try reduction.infer(&context) }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    try context.widened { (context) throws(PlanError) in
      try reduction.prepare(context, context.kernels.reduction.argMin)
    }
  }
}
