package import Graphs
internal import KernelInterface
internal import Tensors

/// `IsInf`: whether every element is infinite, of the signs that `detect_negative` and `detect_positive`
/// ask for.
///
/// ONNX operator set: IsInf-10 to 20.
package struct IsInfOp: KernelOperator {
  package static let schema = OperatorSchema(
    "IsInf", since: [10, 20], inputs: [Parameter("X", .floats | .float8)],
    outputs: [Parameter("Y", [.bool])], attributes: ["detect_negative", "detect_positive"])

  package let detectsNegative: Bool
  package let detectsPositive: Bool

  package init(_ node: inout NodeReader) throws(GraphError) {
    detectsNegative = try node.flag("detect_negative") ?? true
    detectsPositive = try node.flag("detect_positive") ?? true
  }

  package var attributes: [Attribute] {
    [Attribute("detect_negative", detectsNegative), Attribute("detect_positive", detectsPositive)]
  }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    context.setOutput(0, .bool, context.dimensions(0))
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    let (negative, positive) = (detectsNegative, detectsPositive)
    return try predicateStep(&context, .isInfinite, alpha: negative ? 1 : 0, beta: positive ? 1 : 0) {
      $0 == .infinity && positive || $0 == -.infinity && negative
    }
  }
}
