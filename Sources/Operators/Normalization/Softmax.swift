package import Graphs
internal import KernelInterface

/// `Softmax`: `exp(x) / sum exp(x)` along an axis.
///
/// ONNX operator set: Softmax-1 to 13. Before 13 all axes from the given one on count as one.
package struct SoftmaxOp: KernelOperator, LegacyOperator, InPlaceOperator {
  package static let schema = OperatorSchema(
    "Softmax", since: [1, 11, 13],
    inputs: [Parameter("input", .floats, variable: "T")],
    outputs: [Parameter("output", .floats, variable: "T")],
    attributes: ["axis"])

  let normalization: AxisNormalization

  package init(_ node: inout NodeReader) throws(GraphError) { normalization = try AxisNormalization(node) }

  package var axis: Int { normalization.axis }

  package init(axis: Int) { normalization = AxisNormalization(axis: axis) }

  package static func expandLegacy(_ node: inout NodeReader, into builder: inout GraphBuilder)
    throws(GraphError) -> [ValueID?]?
  { try AxisNormalization.expandFlattened(Self.self, node, into: &builder) }

  package var attributes: [Attribute] { normalization.attributes }
  package var inPlaceInputs: [Int] { [0] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    try normalization.infer(&context)
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    try context.widened { (context) throws(PlanError) in
      try normalization.prepare(context, context.kernels.softmax.softmax)
    }
  }
}
