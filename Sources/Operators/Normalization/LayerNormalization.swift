package import Graphs
internal import Tensors

/// `LayerNormalization`: over the axes from `axis` on
///
///     Y = (X - mean) / sqrt(variance + epsilon) * Scale + B
///
/// and, where asked for, the mean and `1 / sqrt(variance + epsilon)` of each row. Scale and B broadcast to X.
/// Statistics are computed in float32 (float64 for float64 inputs), whatever lower `stash_type` says; it is
/// the type of the outputs.
///
/// ONNX operator set: LayerNormalization-17. Source: Ba, Kiros, Hinton, Layer Normalization, 2016.
package struct LayerNormalizationOp: KernelOperator, InPlaceOperator {
  package static let schema = OperatorSchema(
    "LayerNormalization", since: [17],
    inputs: [
      Parameter("X", .floats, variable: "T"), Parameter("Scale", .floats, variable: "T"),
      Parameter("B", .floats, .optional, variable: "T"),
    ],
    outputs: [
      Parameter("Y", .floats, variable: "T"), Parameter("Mean", .floats, .optional, variable: "U"),
      Parameter("InvStdDev", .floats, .optional, variable: "U"),
    ],
    attributes: ["axis", "epsilon", "stash_type"])

  let form: RowNormalizationForm

  package init(_ node: inout NodeReader) throws(GraphError) {
    form = try RowNormalizationForm(node, isRootMeanSquare: false)
  }

  package init(axis: Int, epsilon: Float) {
    form = RowNormalizationForm(axis: axis, epsilon: epsilon, stashType: .float32, isRootMeanSquare: false)
  }

  package var attributes: [Attribute] { form.attributes }
  package var inPlaceInputs: [Int] { [0] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    let statistics: [Dimension]? = try form.infer(&context, parameters: [1, 2])
    context.setOutput(0, context.elementType(0), context.dimensions(0))
    context.setOutput(1, form.stashType, statistics)
    context.setOutput(2, form.stashType, statistics)
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    try context.widened { (context) throws(PlanError) in
      try form.prepare(
        &context, gain: context.input(1), offset: context.optionalInput(2), mean: context.optionalOutput(1),
        deviation: context.optionalOutput(2))
    }
  }
}
