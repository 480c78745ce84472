package import Graphs
internal import Tensors

/// `ngraph::ResidualRMSNormalization`: the sum of two tensors and its RMSNormalization over the axes from
/// `axis` on, in one pass over memory:
///
///     Sum = X + Residual
///     Y = Sum / sqrt(mean(Sum^2) + epsilon) * Gain + Offset
///
/// X and Residual broadcast to each other, Gain and Offset to Sum. The mean is taken of the sum as it is
/// rounded, in float32 (float64 for float64 inputs).
package struct ResidualRMSNormalizationOp: KernelOperator, InPlaceOperator {
  package static let schema = OperatorSchema(
    "ResidualRMSNormalization", domain: "ngraph", since: [1],
    inputs: [
      Parameter("X", .floats, variable: "T"), Parameter("Residual", .floats, variable: "T"),
      Parameter("Gain", .floats, variable: "T"), Parameter("Offset", .floats, .optional, variable: "T"),
    ],
    outputs: [Parameter("Y", .floats, variable: "T"), Parameter("Sum", .floats, .optional, variable: "T")],
    attributes: ["axis", "epsilon", "stash_type"])

  let form: RowNormalizationForm

  package init(_ node: inout NodeReader) throws(GraphError) {
    form = try RowNormalizationForm(node, isRootMeanSquare: true)
  }

  /// The operator that normalizes a sum as `op` does.
  package init(_ op: RMSNormalizationOp) { form = op.form }
  package init(_ op: OffsetRMSNormalizationOp) { form = op.form }

  package var attributes: [Attribute] { form.attributes }
  package var inPlaceInputs: [Int] { [0, 1] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    try form.inferResidual(&context, parameters: [2, 3])
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    try context.widened { (context) throws(PlanError) in
      try form.prepareResidual(context, gain: context.input(2), offset: context.optionalInput(3))
    }
  }
}

extension ResidualRMSNormalizationOp: FunctionOperator {
  package func body(_ inputs: [ValueID?], into builder: inout GraphBuilder) -> [ValueID?] {
    let sum: ValueID? = builder.add(AddOp(), inputs[0], inputs[1])
    let normal: ValueID? = builder.add(RMSNormalizationOp(form: form), sum, inputs[2])
    guard inputs.count > 3, let offset = inputs[3] else { return [normal, sum] }
    return [builder.add(AddOp(), normal, offset), sum]
  }
}
