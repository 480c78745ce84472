package import Graphs
internal import KernelInterface
internal import Tensors

/// `IsNaN`: whether every element is not a number.
///
/// ONNX operator set: IsNaN-9 to 20.
package struct IsNaNOp: KernelOperator {
  package static let schema = OperatorSchema(
    "IsNaN", since: [9, 13, 20], inputs: [Parameter("X", .floats | .float8)],
    outputs: [Parameter("Y", [.bool])])

  package init(_ node: inout NodeReader) throws(GraphError) {}
  package var attributes: [Attribute] { [] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    context.setOutput(0, .bool, context.dimensions(0))
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    try predicateStep(&context, .isNaN) { $0.isNaN }
  }
}
