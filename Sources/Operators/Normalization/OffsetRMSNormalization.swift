package import Graphs
internal import Tensors

/// `ngraph::OffsetRMSNormalization`: RMSNormalization over the axes from `axis` on with an offset at its end,
///
///     Y = X / sqrt(mean(X^2) + epsilon) * Gain + Offset
///
/// which is what LayerNormalization is of inputs of zero mean. Gain and Offset broadcast to X; the mean is
/// taken in float32 (float64 for float64 inputs).
package struct OffsetRMSNormalizationOp: KernelOperator, InPlaceOperator {
  package static let schema = OperatorSchema(
    "OffsetRMSNormalization", domain: "ngraph", since: [1],
    inputs: [
      Parameter("X", .floats, variable: "T"), Parameter("Gain", .floats, variable: "T"),
      Parameter("Offset", .floats, variable: "T"),
    ],
    outputs: [Parameter("Y", .floats, variable: "T")],
    attributes: ["axis", "epsilon", "stash_type"])

  let form: RowNormalizationForm

  package init(_ node: inout NodeReader) throws(GraphError) {
    form = try RowNormalizationForm(node, isRootMeanSquare: true)
  }

  /// The operator that normalizes as `op` does.
  package init(_ op: RMSNormalizationOp) { form = op.form }

  package var attributes: [Attribute] { form.attributes }
  package var inPlaceInputs: [Int] { [0] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    _ = try form.infer(&context, parameters: [1, 2])
    context.setOutput(0, context.elementType(0), context.dimensions(0))
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    try context.widened { (context) throws(PlanError) in
      try form.prepare(
        &context, gain: context.input(1), offset: context.input(2), mean: nil, deviation: nil)
    }
  }
}

extension OffsetRMSNormalizationOp: FunctionOperator {
  package func body(_ inputs: [ValueID?], into builder: inout GraphBuilder) -> [ValueID?] {
    let normal: ValueID? = builder.add(RMSNormalizationOp(form: form), inputs[0], inputs[1])
    return [builder.add(AddOp(), normal, inputs[2])]
  }
}
