package import Graphs
internal import KernelInterface
internal import Tensors

/// `PRelu`: x where x >= 0, else `slope x`, element by element. The slope broadcasts to the shape of X.
///
/// ONNX operator set: PRelu-7 to 16.
package struct PReluOp: KernelOperator, InPlaceOperator {
  private static let types: TypeSet = .floats | [.int32, .int64, .uint32, .uint64]
  package static let schema = OperatorSchema(
    "PRelu", since: [7, 9, 16],
    inputs: [Parameter("X", types, variable: "T"), Parameter("slope", types, variable: "T")],
    outputs: [Parameter("Y", types, variable: "T")])

  package init(_ node: inout NodeReader) throws(GraphError) {}
  package var attributes: [Attribute] { [] }
  package var inPlaceInputs: [Int] { [0] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    let dimensions: [Dimension]? = context.dimensions(0)
    context.setOutput(0, context.elementType(0), dimensions)
    guard let shape = context.type(0)?.shape, let slope = context.type(1)?.shape else { return }
    guard Shape.broadcast(shape, slope) == shape else {
      throw context.error(.shapeMismatch, "a slope of shape \(slope) doesn't broadcast to \(shape)")
    }
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    try binaryFunction(.prelu, &context).prepare(&context)
  }
}
