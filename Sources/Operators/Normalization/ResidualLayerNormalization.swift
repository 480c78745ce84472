package import Graphs
internal import Tensors

/// `ngraph::ResidualLayerNormalization`: the sum of two tensors and its LayerNormalization over the axes from
/// `axis` on, in one pass over memory:
///
///     Sum = X + Residual
///     Y = (Sum - mean) / sqrt(variance + epsilon) * Gain + Offset
///
/// X and Residual broadcast to each other, Gain and Offset to Sum. Statistics are taken of the sum as it is
/// rounded, in float32 (float64 for float64 inputs).
package struct ResidualLayerNormalizationOp: KernelOperator, InPlaceOperator {
  package static let schema = OperatorSchema(
    "ResidualLayerNormalization", domain: "ngraph", since: [1],
    inputs: [
      Parameter("X", .floats, variable: "T"), Parameter("Residual", .floats, variable: "T"),
      Parameter("Gain", .floats, variable: "T"), Parameter("Offset", .floats, .optional, variable: "T"),
    ],
    outputs: [Parameter("Y", .floats, variable: "T"), Parameter("Sum", .floats, .optional, variable: "T")],
    attributes: ["axis", "epsilon", "stash_type"])

  let form: RowNormalizationForm

  package init(_ node: inout NodeReader) throws(GraphError) {
    form = try RowNormalizationForm(node, isRootMeanSquare: false)
  }

  /// The operator that normalizes a sum as `op` does.
  package init(_ op: LayerNormalizationOp) { form = op.form }

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

extension ResidualLayerNormalizationOp: FunctionOperator {
  package func body(_ inputs: [ValueID?], into builder: inout GraphBuilder) -> [ValueID?] {
    let sum: ValueID? = builder.add(AddOp(), inputs[0], inputs[1])
    let norm = LayerNormalizationOp(form: form)
    guard inputs.count > 3, inputs[3] != nil else { return [builder.add(norm, sum, inputs[2]), sum] }
    return [builder.add(norm, sum, inputs[2], inputs[3]), sum]
  }
}
