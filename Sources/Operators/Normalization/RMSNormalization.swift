package import Graphs
internal import Tensors

/// `RMSNormalization`: over the axes from `axis` on `Y = X / sqrt(mean(X^2) + epsilon) * scale`, with scale
/// broadcast to X. The mean is taken in float32 (float64 for float64 inputs), whatever lower `stash_type`
/// says.
///
/// ONNX operator set: RMSNormalization-23. Source: Zhang, Sennrich, Root Mean Square Layer Normalization,
/// 2019.
package struct RMSNormalizationOp: KernelOperator, InPlaceOperator {
  package static let schema = OperatorSchema(
    "RMSNormalization", since: [23],
    inputs: [Parameter("X", .floats, variable: "T"), Parameter("scale", .floats, variable: "V")],
    outputs: [Parameter("Y", .floats, variable: "V")],
    attributes: ["axis", "epsilon", "stash_type"])

  let form: RowNormalizationForm

  package init(_ node: inout NodeReader) throws(GraphError) {
    form = try RowNormalizationForm(node, isRootMeanSquare: true)
  }

  package init(axis: Int, epsilon: Float) {
    form = RowNormalizationForm(axis: axis, epsilon: epsilon, stashType: .float32, isRootMeanSquare: true)
  }

  package var attributes: [Attribute] { form.attributes }
  package var inPlaceInputs: [Int] { [0] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    _ = try form.infer(&context, parameters: [1])
    context.setOutput(0, context.elementType(1), context.dimensions(0))
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    try context.widened { (context) throws(PlanError) in
      guard context.input(0).elementType == context.output(0).elementType else {
        throw context.unsupported(context.output(0).elementType)
      }
      return try form.prepare(
        &context, gain: context.input(1), offset: nil, mean: nil, deviation: nil)
    }
  }
}
