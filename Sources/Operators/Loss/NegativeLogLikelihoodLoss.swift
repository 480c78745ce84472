package import Graphs
internal import Tensors

/// `NegativeLogLikelihoodLoss`: `-input[target] * weight[target]` for each sample of log-probabilities
/// [batch, classes, ...]; samples whose target is `ignore_index` count as nothing. `reduction` none, sum or
/// mean (weighted).
///
/// ONNX operator set: NegativeLogLikelihoodLoss-12 to 22.
package struct NegativeLogLikelihoodLossOp: KernelOperator {
  package static let schema = OperatorSchema(
    "NegativeLogLikelihoodLoss", since: [12, 13, 22],
    inputs: [
      Parameter("input", .floats, variable: "T"), Parameter("target", .indices),
      Parameter("weight", .floats, .optional, variable: "T"),
    ],
    outputs: [Parameter("loss", .floats, variable: "T")],
    attributes: ["ignore_index", "reduction"])

  let loss: NegativeLogLikelihood

  package init(_ node: inout NodeReader) throws(GraphError) { loss = try NegativeLogLikelihood(node) }

  package var attributes: [Attribute] { loss.attributes }

  package func infer(_ context: inout InferenceContext) throws(GraphError) { try loss.infer(&context) }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    try context.widened { (context) throws(PlanError) in
      let x: PrepareContext.Operand = context.input(0)
      switch x.elementType {
      case .float32: return loss.step(context, Float.self, shape: x.shape, x: x.slot)
      case .float64: return loss.step(context, Double.self, shape: x.shape, x: x.slot)
      default: throw context.unsupported(x.elementType)
      }
    }
  }
}
